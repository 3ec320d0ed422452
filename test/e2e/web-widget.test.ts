import type { Browser, Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startWebEnvironment, type WebEnvironment } from '../support/web-environment.js';
import { startWebVisitor, type WebVisitor } from '../support/web-visitor.js';
import { startWidgetHost, type WidgetHost, type WidgetHostOptions } from '../support/widget-host.js';

const alice = '@alice:example.test' as Mxid;
const password = 'the password of alice';
const client = '/_matrix/client/v3';

describe.skipIf(chromiumMissing !== undefined)(`the web page as a widget ${chromiumMissing ?? ''}`, () => {
  let sandbox: Sandbox;
  let host: WidgetHost;
  let environment: WebEnvironment;
  let browser: Browser;

  beforeAll(async () => {
    sandbox = await startStrictSandbox();
    host = await startWidgetHost(mintToken);
    environment = await startWebEnvironment(sandbox, { web: { sign_in: { widget_clients: [host.origin] } } });
    await environment.gangway.addUser(alice, password);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await environment.close();
    await host.stop();
    await sandbox.stop();
  });

  async function mintToken(): Promise<unknown> {
    const { gangway } = environment;
    const identifier = { type: 'm.id.user', user: alice };
    const { body } = await gangway.request('POST', `${client}/login`, {
      type: 'm.login.password',
      identifier,
      password,
    });
    const token = String(body['access_token']);
    return (await gangway.request('POST', `${client}/user/${alice}/openid/request_token`, {}, token)).body;
  }

  /** Opens the client with the widget, and returns the frame of the widget. */
  async function open({ page }: WebVisitor, options: WidgetHostOptions): Promise<Frame> {
    await page.goto(host.origin + host.pathOf(`${environment.url}/widget/`, options));
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    if (!frame) throw new Error('no frame');
    return frame;
  }

  it.each([true, false])('signs in with the user of the client, which waits for the load: %s', async (waits) => {
    const visitor = await startWebVisitor(browser);
    const { page, context, texts, sees, press, follow, inspect } = visitor;
    const frame = await open(visitor, { consent: 'allowed', waits });
    await sees(texts.overview.title, frame);
    await frame.getByText(texts.signedInAs(alice)).waitFor();
    await page.waitForSelector('body[data-ready]');
    await inspect('widget-overview', frame);

    const cookies = await context.cookies();
    expect(cookies).toMatchObject([{ name: '__Host-gangway-widget', httpOnly: true, secure: true, sameSite: 'None' }]);
    expect(cookies[0]?.partitionKey).toContain('localhost');

    // Forms work in the frame.
    await follow(texts.overview.add, frame);
    await press(texts.choose.phone, frame);
    await sees(texts.phone.title, frame);
    await press(texts.cancel, frame);
    await sees(texts.overview.title, frame);
    expect(await page.locator('body').getAttribute('data-error-preparing')).toBeNull();
    await visitor.close();
  });

  it('signs in once the user of the client allows it', async () => {
    const visitor = await startWebVisitor(browser, { language: 'de' });
    const { page, texts, sees, press } = visitor;
    const frame = await open(visitor, { consent: 'asked' });
    await frame.getByText(texts.widget.waiting).waitFor();
    await press('Allow', page);
    await sees(texts.overview.title, frame);
    await visitor.close();
  });

  it('explains what to do if the user of the client does not allow it', async () => {
    const visitor = await startWebVisitor(browser);
    const { texts, inspect } = visitor;
    const frame = await open(visitor, { consent: 'blocked' });
    await frame.getByText(texts.widget.blocked).waitFor();
    await inspect('widget-blocked', frame);
    await visitor.close();
  });

  it('is not shown in a frame of another client', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.goto(host.otherOrigin + host.pathOf(`${environment.url}/widget/`, { consent: 'allowed' }));
    expect((await refused).text()).toContain(host.origin);
    expect(await page.frames()[1]?.title()).not.toContain('Telegram');
    await context.close();
  });
});
