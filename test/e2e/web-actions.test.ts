import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../src/base/clock.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { installHere } from '../support/daemon-here.js';
import type { ConfigOverrides, ServingInstallation } from '../support/daemon.js';
import { startHttpFront } from '../support/http-front.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startWebVisitor, type WebVisitor } from '../support/web-visitor.js';
import { choose, logIn, sendCode, sendPhone } from '../support/web-world.js';

const alice = '@alice:example.test';
const password = 'the password of alice';

describe.skipIf(chromiumMissing !== undefined)(`buttons of the web page ${chromiumMissing ?? ''}`, () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let front: Awaited<ReturnType<typeof startHttpFront>>;
  let gangway: ServingInstallation;
  let aheadMs: number;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };

  beforeAll(async () => {
    sandbox = await startStrictSandbox();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });
  beforeEach(async () => {
    aheadMs = 0;
    front = await startHttpFront();
  });
  afterEach(async () => {
    await gangway.remove();
    await front.close();
    sandbox.control.reset();
  });

  async function start(overrides: ConfigOverrides = {}): Promise<WebVisitor> {
    const web = { enabled: true, public_url: front.url };
    gangway = await installHere(
      sandbox,
      { http: { port: 0, trusted_proxies: ['127.0.0.1'] }, web, ...overrides },
      clock,
    );
    await gangway.start();
    front.leadTo(gangway.url());
    await gangway.addUser(alice, password);
    const visitor = await startWebVisitor(browser);
    const { page, texts, type, press, sees } = visitor;
    await page.goto(`${front.url}/_gangway/`);
    await type(texts.signIn.user, alice);
    await type(texts.signIn.password, password);
    await press(texts.signIn.submit);
    await sees(texts.overview.title);
    return visitor;
  }

  it('send the code another way, once that is allowed', async () => {
    const visitor = await start();
    const { page, texts, press, sees, inspect } = visitor;
    await choose(visitor, 'phone');
    await sendPhone(visitor, '+9996610410');
    await sees(texts.code.title);
    const button = page.getByRole('button', { name: texts.code.resend.sms });
    expect(await button.isDisabled()).toBe(true);

    aheadMs = 61_000;
    await page.reload();
    await page.getByText(texts.code.sent.app({ number: '+9996610410', hint: '' })).waitFor();
    await inspect('code-resend');
    await press(texts.code.resend.sms);
    await page.getByText(texts.code.sent.sms({ number: '+9996610410', hint: '' })).waitFor();
    await sendCode(visitor, '11111');
    await sees(texts.done.title);
    await visitor.close();
  });

  it('allow the phone number of a Telegram account, and remove it', async () => {
    const visitor = await start({ threepids: { from_telegram: 'ask' } });
    const { page, texts, press, follow, sees, inspect } = visitor;
    await logIn(visitor, '9996610411');
    await inspect('overview-phone-offered');
    await press(texts.overview.addPhone);
    await page.getByText(texts.overview.done.phone_added).waitFor();
    await inspect('overview-phone-added');
    await follow(texts.addresses.title);
    await page.getByRole('heading', { name: '+9996610411' }).waitFor();

    await page.goto(`${front.url}/_gangway/`);
    await press(texts.signOut);
    await visitor.type(texts.signIn.user, '+9996610411');
    await visitor.type(texts.signIn.password, password);
    await press(texts.signIn.submit);
    await sees(texts.overview.title);
    await page.getByText(texts.signedInAs(alice)).waitFor();
    await press(texts.overview.removePhone);
    await page.getByText(texts.overview.done.phone_removed).waitFor();
    await press(texts.overview.addPhone);
    await page.getByText(texts.overview.done.phone_added).waitFor();
    await visitor.close();
  });

  it('try the hand-over again when the bridge was down', async () => {
    const bridge: StandInBridge = await startStandInBridge({ sandbox });
    const visitor = await start({
      bridge: {
        permissions: { 'example.test': 'user' },
        upstream: { address: bridge.url, shared_secret: bridge.sharedSecret },
      },
    });
    const { page, texts, press, inspect } = visitor;
    await bridge.goDown();
    await logIn(visitor, '9996610412');
    await page.getByText(texts.overview.atBridge.pending).waitFor();
    await inspect('overview-pending');
    await bridge.comeUp();
    await press(texts.overview.retryHandOver);
    await page.getByText(texts.overview.done.handed_over).waitFor();
    await page.getByText(texts.overview.atBridge.handed_over).waitFor();
    expect([...bridge.logins.values()].map(({ mxid }) => mxid)).toEqual([alice]);
    await inspect('overview-handed-over');
    await visitor.close();
    await bridge.stop();
  });
});
