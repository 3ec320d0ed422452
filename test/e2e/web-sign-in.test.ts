import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startWebEnvironment, type WebEnvironment } from '../support/web-environment.js';
import { startWebVisitor, type WebVisitor, type WebVisitorOptions } from '../support/web-visitor.js';

const alice = '@alice:example.test' as Mxid;
const password = 'the password of alice';

describe.skipIf(chromiumMissing !== undefined)(`signing in to the web page ${chromiumMissing ?? ''}`, () => {
  let sandbox: Sandbox;
  let environment: WebEnvironment;
  let browser: Browser;

  beforeAll(async () => {
    sandbox = await startStrictSandbox();
    environment = await startWebEnvironment(sandbox, { web: { operator } });
    await environment.gangway.addUser(alice, password);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await environment.close();
    await sandbox.stop();
  });

  async function withVisitor(options: WebVisitorOptions, use: (visitor: WebVisitor) => Promise<void>): Promise<void> {
    const visitor = await startWebVisitor(browser, options);
    await use(visitor);
    await visitor.close();
  }

  async function signIn({ texts, type, press }: WebVisitor, typed: string): Promise<void> {
    await type(texts.signIn.user, '@alice:example.test');
    await type(texts.signIn.password, typed);
    await press(texts.signIn.submit);
  }

  // The login that proves the password ends at once.
  async function devicesOf(mxid: Mxid) {
    const database = await environment.gangway.openDatabase();
    const devices = await database.transaction((tx) => tx.devices.listByUser(mxid));
    await database.close();
    return devices;
  }

  it.each([
    { language: 'en', javaScript: true },
    { language: 'de', javaScript: false },
  ] as const)('signs in with the password of the Matrix account, and out: $language, scripts: $javaScript', (options) =>
    withVisitor(options, async (visitor) => {
      const { page, context, texts, sees, seesProblem, press, inspect } = visitor;
      await page.goto(environment.url);
      await sees(texts.signIn.title);
      expect(await page.locator('html').getAttribute('lang')).toBe(options.language);
      await inspect('sign-in');

      await signIn(visitor, 'wrong');
      await seesProblem(texts.problems.wrong_credentials);
      expect(await page.getByLabel(texts.signIn.user).inputValue()).toBe(alice);
      await inspect('sign-in-wrong');

      await signIn(visitor, password);
      await sees(texts.overview.title);
      await page.getByText(texts.signedInAs(alice)).waitFor();
      expect(await devicesOf(alice)).toEqual([]);
      await inspect('overview-empty');
      expect(await context.cookies()).toMatchObject([
        { name: '__Host-gangway', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
      ]);

      await press(texts.signOut);
      await page.getByText(texts.signIn.signedOut).waitFor();
      await inspect('signed-out');
      await page.goBack();
      await page.reload();
      await sees(texts.signIn.title);
    }),
  );

  it('signs in from each of two tabs that were opened at once', () =>
    withVisitor({}, async ({ page, context, texts, newTab, sees, type, press }) => {
      const other = await newTab();
      await page.goto(environment.url);
      // The cookie of the tab that was answered last replaces the other one.
      await context.clearCookies();
      await other.goto(environment.url);
      for (const tab of [page, other]) {
        await type(texts.signIn.user, alice, tab);
        await type(texts.signIn.password, password, tab);
        await press(texts.signIn.submit, tab);
        await sees(texts.overview.title, tab);
      }
    }));

  it('signs in once with a one-time link', () =>
    withVisitor({}, async ({ page, texts, sees, seesProblem, press, inspect }) => {
      const link = await environment.createLink(alice);
      await page.goto(link);
      await page.getByText(texts.link.text(alice)).waitFor();
      await inspect('link');
      // Opening it uses nothing up.
      await page.reload();
      await press(texts.link.submit(alice));
      await sees(texts.overview.title);
      expect(page.url()).toBe(`${environment.url}/`);

      await page.goto(link);
      await seesProblem(texts.problems.link_invalid);
      await inspect('link-used');
      await page.goto(environment.url);
      await sees(texts.overview.title);
    }));

  it('refuses a link that another browser has used in the meantime', () =>
    withVisitor({}, async (first) =>
      withVisitor({}, async (second) => {
        const link = await environment.createLink(alice);
        for (const { page } of [first, second]) await page.goto(link);
        await first.press(first.texts.link.submit(alice));
        await first.sees(first.texts.overview.title);
        await second.press(second.texts.link.submit(alice));
        await second.seesProblem(second.texts.problems.link_invalid);
        await second.page.goto(environment.url);
        await second.sees(second.texts.signIn.title);
      }),
    ));

  it('opens the link that `gangway link` prints', () =>
    withVisitor({ language: 'de' }, async ({ page, texts, sees, press }) => {
      const { code, printed } = await environment.gangway.command('link', alice);
      expect({ code, printed }).toEqual({
        code: 0,
        printed: expect.stringMatching(/^http\S+\/_gangway\/link\/\S+\n$/),
      });
      await page.goto(printed.trim());
      await press(texts.link.submit(alice));
      await sees(texts.overview.title);
    }));

  it('returns to the page that the user asked for when the session had expired', () =>
    withVisitor({}, async (visitor) => {
      const { page, texts, sees, press, follow } = visitor;
      await page.goto(await environment.createLink(alice));
      await press(texts.link.submit(alice));
      await follow(texts.overview.add);
      await sees(texts.choose.title);
      await environment.expireSessions();

      await page.reload();
      await sees(texts.signIn.title);
      await signIn(visitor, password);
      await sees(texts.choose.title);
    }));

  it('shows the operator, and its links, on each page', () =>
    withVisitor({}, async ({ page, texts }) => {
      for (const path of ['/', '/nowhere']) {
        await page.goto(`${environment.url}${path}`);
        await page.getByText('Example Operator').waitFor();
        const hrefs = [texts.contact, texts.terms, texts.privacy].map((name) =>
          page.getByRole('link', { name }).getAttribute('href'),
        );
        expect(await Promise.all(hrefs)).toEqual([operator.contact_url, operator.terms_url, operator.privacy_url]);
      }
    }));
});

const operator = {
  name: 'Example Operator',
  contact_url: 'mailto:help@operator.test',
  terms_url: 'https://operator.test/terms',
  privacy_url: 'https://operator.test/privacy',
};
