import type { Browser } from 'playwright-core';
import type { Mxid } from '../../src/base/mxid.js';
import { launchChromium } from './chromium.js';
import { startStrictSandbox } from './strict-sandbox.js';
import { startWebEnvironment, type WebEnvironment } from './web-environment.js';
import { startWebVisitor, type WebVisitor, type WebVisitorOptions } from './web-visitor.js';

/** The daemon with the web page, a sandbox and a browser. */
export interface WebWorld {
  readonly environment: WebEnvironment;
  readonly browser: Browser;
  /** Opens a browser window in which a new Matrix user is signed in, and closes it afterwards. */
  readonly withUser: (
    options: WebVisitorOptions,
    use: (visitor: WebVisitor, mxid: Mxid) => Promise<void>,
  ) => Promise<void>;
  /** Ends the sessions of this phone number at Telegram. */
  readonly revokeSessions: (phone: string) => void;
  /** Scans the QR code of the page with the app of this phone number. */
  readonly scan: (visitor: WebVisitor, phone: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts all of it. The caller closes it. */
export async function startWebWorld(): Promise<WebWorld> {
  const sandbox = await startStrictSandbox();
  const environment = await startWebEnvironment(sandbox);
  const browser = await launchChromium();
  let users = 0;
  return {
    environment,
    browser,
    async withUser(options, use) {
      const mxid = `@user-${++users}:example.test` as Mxid;
      const visitor = await startWebVisitor(browser, options);
      await visitor.page.goto(await environment.createLink(mxid));
      await visitor.press(visitor.texts.link.submit(mxid));
      await visitor.sees(visitor.texts.overview.title);
      await use(visitor, mxid);
      await visitor.close();
    },
    revokeSessions: (phone) => sandbox.control.revokeSessions(phone, 'SESSION_REVOKED'),
    async scan({ page, texts }, phone) {
      const url = await page.getByRole('link', { name: texts.qr.sameDevice }).getAttribute('href');
      const token = new URL(url ?? '').searchParams.get('token') ?? '';
      sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), phone);
    },
    async close() {
      await browser.close();
      await environment.close();
      await sandbox.stop();
    },
  };
}

/** Starts a login from the overview. */
export async function choose({ texts, follow, press, sees }: WebVisitor, flow: 'phone' | 'qr' | 'bot'): Promise<void> {
  await follow(texts.overview.add);
  await sees(texts.choose.title);
  await press(texts.choose[flow]);
  await sees(texts[flow].title);
}

/** Answers the step that asks for a phone number. */
export async function sendPhone({ texts, type, press }: WebVisitor, phone: string): Promise<void> {
  await type(texts.phone.label, phone);
  await press(texts.phone.submit);
}

/** Answers the step that asks for a code of digits. */
export async function sendCode({ texts, type, press }: WebVisitor, code: string): Promise<void> {
  await type(texts.code.labels.digits, code);
  await press(texts.code.submit);
}

/** Answers the step that asks for the cloud password. */
export async function sendPassword({ texts, type, press }: WebVisitor, typed: string): Promise<void> {
  await type(texts.password.label, typed);
  await press(texts.password.submit);
}

/** Logs in by phone, from the overview and back to it. The number has no cloud password. */
export async function logIn(visitor: WebVisitor, digits: string): Promise<void> {
  const { texts, sees, follow } = visitor;
  await choose(visitor, 'phone');
  await sendPhone(visitor, `+${digits}`);
  await sees(texts.code.title);
  await sendCode(visitor, (digits[5] ?? '').repeat(5));
  await sees(texts.done.title);
  await follow(texts.done.overview);
  await sees(texts.overview.title);
}
