import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { sendJson, startFakeHomeserver, type FakeHomeserver } from '../support/fake-homeserver.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startWebEnvironment, type WebEnvironment } from '../support/web-environment.js';
import { startWebVisitor, type WebVisitor } from '../support/web-visitor.js';

describe.skipIf(chromiumMissing !== undefined)(`SSO to the web page ${chromiumMissing ?? ''}`, () => {
  let sandbox: Sandbox;
  let homeserver: FakeHomeserver;
  let environment: WebEnvironment;
  let browser: Browser;

  beforeAll(async () => {
    sandbox = await startStrictSandbox();
    homeserver = await startFakeHomeserver('example.test');
    homeserver.offerSso(homeserver.addUser('alice', 'the password of alice'));
    environment = await startWebEnvironment(sandbox, {
      homeserver: { domain: 'example.test', address: homeserver.url },
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await environment.close();
    await homeserver.close();
    await sandbox.stop();
  });

  const count = (name: '/login' | '/logout') =>
    homeserver.requests.filter(({ method, path }) => method === 'POST' && path === `/_matrix/client/v3${name}`).length;

  /** Signs in, and returns the URL that the homeserver has led the browser back to. */
  async function signIn({ page, texts, sees, follow }: WebVisitor): Promise<string> {
    await page.goto(environment.url);
    await sees(texts.signIn.title);
    const back = page.waitForRequest((request) => request.url().includes('/sso/done'));
    await follow(texts.signIn.sso);
    await sees(texts.overview.title);
    return (await back).url();
  }

  it('signs in, and logs out at the homeserver', async () => {
    const visitor = await startWebVisitor(browser);
    const { page, texts, inspect } = visitor;
    await page.goto(environment.url);
    await inspect('sign-in-sso');
    const before = { logins: count('/login'), logouts: count('/logout') };
    await signIn(visitor);
    await page.getByText(texts.signedInAs('@alice:example.test')).waitFor();
    expect(page.url()).toBe(`${environment.url}/`);
    expect(count('/login') - before.logins).toBe(1);
    expect(count('/logout') - before.logouts).toBe(1);
    await visitor.close();
  });

  it('continues to the page that the user asked for', async () => {
    const visitor = await startWebVisitor(browser);
    const { page, texts, sees, follow } = visitor;
    await page.goto(`${environment.url}/logins/new`);
    await sees(texts.signIn.title);
    await follow(texts.signIn.sso);
    await sees(texts.choose.title);
    await visitor.close();
  });

  it('accepts a login token once, and in the browser that has started the login only', async () => {
    const visitor = await startWebVisitor(browser);
    const { page, texts, seesProblem, inspect } = visitor;
    const back = new URL(await signIn(visitor));
    const logins = count('/login');

    const other = await startWebVisitor(browser);
    await other.page.goto(environment.url);
    await other.page.goto(back.href);
    await other.seesProblem(texts.problems.sso_failed);
    await other.close();
    // The session of the first browser has another token than the sign-in had.
    await page.goto(back.href);
    await seesProblem(texts.problems.sso_failed);
    back.searchParams.set('state', 'wrong');
    await page.goto(back.href);
    await seesProblem(texts.problems.sso_failed);
    await inspect('sso-failed');
    // The homeserver was not asked.
    expect(count('/login')).toBe(logins);
    await visitor.close();
  });

  it('explains a login token that the homeserver does not accept', async () => {
    const visitor = await startWebVisitor(browser);
    const { page, texts, seesProblem, follow } = visitor;
    await page.goto(environment.url);
    homeserver.intercept((response, { path }) => {
      const redirectUrl = new URL(path, homeserver.url).searchParams.get('redirectUrl');
      if (redirectUrl === null) {
        sendJson(response, { status: 403, body: { errcode: 'M_FORBIDDEN', error: 'Invalid login token' } });
      } else response.writeHead(302, { Location: `${redirectUrl}&loginToken=used` }).end();
    });
    await follow(texts.signIn.sso);
    await seesProblem(texts.problems.sso_failed);
    homeserver.intercept(undefined);
    await visitor.close();
  });
});
