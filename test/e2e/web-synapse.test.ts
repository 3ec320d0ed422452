import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { pressButton, provingLink } from '../support/address-environment.js';
import { install, type Installation } from '../support/daemon.js';
import { startCasServer, type CasServer } from '../support/cas-server.js';
import { startGatewayApi, type GatewayApi } from '../support/gateway-api.js';
import { startHttpFront } from '../support/http-front.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startSynapse, synapseMissing, type Synapse } from '../support/synapse.js';
import { startWebVisitor } from '../support/web-visitor.js';

const delegateSecret = 'a-secret-in-the-path-of-the-delegate';
const missing = synapseMissing ?? chromiumMissing;

describe.skipIf(missing !== undefined)(`the web page in front of a Synapse ${missing ?? ''}`, () => {
  const closers: (() => Promise<unknown>)[] = [];
  let cas: CasServer;
  let synapse: Synapse;
  let mails: MailServer;
  let gateway: GatewayApi;
  let gangway: Installation;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const [ofSynapse, ofGangway] = [await startHttpFront(), await startHttpFront()];
    cas = await startCasServer();
    mails = await startMailServer();
    gateway = await startGatewayApi();
    synapse = await startSynapse({
      serverName: 'example.test',
      config: {
        public_baseurl: `${ofSynapse.url}/`,
        account_threepid_delegates: { msisdn: `${ofGangway.url}/_gangway/delegate/${delegateSecret}` },
        cas_config: { enabled: true, server_url: cas.url },
        // The proxy claims to be reached over https, which is not its public URL.
        listeners: [{ port: 0, type: 'http', bind_addresses: ['127.0.0.1'], resources: [{ names: ['client'] }] }],
      },
    });
    ofSynapse.leadTo(synapse.url);
    const sandbox = await startStrictSandbox();
    await sandbox.stop();
    gangway = await install(sandbox, {
      homeserver: { domain: 'example.test', address: ofSynapse.url },
      accounts: { mode: 'relay', public_url: ofGangway.url },
      identity: { enabled: true, public_url: ofGangway.url, delegate: { secret: delegateSecret } },
      threepids: { allowed_countries: ['GB'] },
      delivery: {
        phone: [{ type: 'telegram_gateway', token: gateway.token, address: gateway.url }],
        email: [{ type: 'smtp', host: '127.0.0.1', port: mails.port, security: 'none', from: 'id@gangway.test' }],
      },
      web: { enabled: true, public_url: ofGangway.url },
    });
    await gangway.start();
    ofGangway.leadTo(gangway.url());
    url = `${ofGangway.url}/_gangway/`;
    browser = await launchChromium();
    closers.push(
      () => browser.close(),
      () => gangway.remove(),
      () => synapse.stop(),
      () => cas.stop(),
      () => mails.stop(),
      () => gateway.stop(),
      () => ofSynapse.close(),
      () => ofGangway.close(),
    );
  }, 60_000);
  afterAll(async () => {
    for (const close of closers) await close();
  });

  it('signs a user in through its SSO, and ends that login', async () => {
    const visitor = await startWebVisitor(browser);
    const { page, texts, sees, follow, press } = visitor;
    cas.user = 'alice';
    await page.goto(`${url}logins/new`);
    await sees(texts.signIn.title);
    await follow(texts.signIn.sso);
    // Synapse asks whether the user trusts this site, unless its configuration names it.
    await page.getByRole('link', { name: 'Continue' }).click();
    await sees(texts.choose.title);
    await page.getByText(texts.choose.owner('@alice:example.test')).waitFor();
    expect(await synapse.devicesOf('@alice:example.test')).toEqual([]);
    await press(texts.signOut);
    await page.getByText(texts.signIn.signedOut).waitFor();
    await visitor.close();
  });

  it('adds an e-mail address with the password, and lists those of Synapse', async () => {
    const { mxid, password } = await synapse.register('berta');
    await synapse.addAddress(mxid, 'email', 'old@mail.test');
    const visitor = await startWebVisitor(browser);
    const { page, texts, sees, follow, press, type } = visitor;
    const own = texts.addresses;
    await page.goto(url);
    await type(texts.signIn.user, mxid);
    await type(texts.signIn.password, password);
    await press(texts.signIn.submit);
    await follow(own.title);
    await type(own.add.email.label, 'new@mail.test');
    await press(own.add.email.submit);
    await sees(own.pending.title.email);
    await pressButton(await provingLink(mails, 'new@mail.test'));
    await type(texts.signIn.password, password);
    await press(own.pending.submit);
    await page.getByText(own.done.address_added).waitFor();

    await page.getByText(own.all).click();
    const all = page.locator('details', { hasText: own.all });
    await all.getByLabel(texts.signIn.password).fill(password);
    await press(own.allSubmit);
    for (const name of ['old@mail.test', 'new@mail.test']) await page.getByRole('heading', { name }).waitFor();

    const card = page.locator('section', { hasText: 'old@mail.test' });
    await card.getByText(own.remove, { exact: true }).click();
    await card.getByLabel(texts.signIn.password).fill(password);
    await press(own.removeSubmit('old@mail.test'));
    await page.getByText(own.done.address_removed).waitFor();
    expect(await synapse.devicesOf(mxid)).toEqual([]);
    await visitor.close();
  });

  it('adds a phone number by the code of Synapse, which Gangway sends for it', async () => {
    const { mxid, password } = await synapse.register('carla');
    const visitor = await startWebVisitor(browser);
    const { page, texts, sees, seesProblem, follow, press, type } = visitor;
    const own = texts.addresses;
    await page.goto(url);
    await type(texts.signIn.user, mxid);
    await type(texts.signIn.password, password);
    await press(texts.signIn.submit);
    await follow(own.title);
    await type(own.add.msisdn.label, '+44 7470 674927');
    await press(own.add.msisdn.submit);
    await sees(own.pending.title.msisdn);
    const { code } = await gateway.next('+447470674927');
    for (const typed of [code === '000000' ? '111111' : '000000', code]) {
      await type(texts.code.labels.digits, typed);
      await type(texts.signIn.password, password);
      await press(own.pending.submit);
      if (typed !== code) await seesProblem(texts.problems.confirmation_code_wrong);
    }
    await page.getByText(own.done.address_added).waitFor();
    await page.getByText(own.noneHere).waitFor();
    await page.getByText(own.all).click();
    await page.locator('details', { hasText: own.all }).getByLabel(texts.signIn.password).fill(password);
    await press(own.allSubmit);
    await page.getByRole('heading', { name: '+447470674927' }).waitFor();
    expect(await synapse.devicesOf(mxid)).toEqual([]);
    await visitor.close();
  });
});
