import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressClient, byEmail, byPhone, type Person } from '../support/address-client.js';
import { pressButton } from '../support/address-environment.js';
import { install, type Installation } from '../support/daemon.js';
import { startGatewayApi } from '../support/gateway-api.js';
import { startHttpFront } from '../support/http-front.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { startReverseProxy } from '../support/reverse-proxy.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startSynapse, synapseMissing, synapsePublicUrl, type Synapse, type SynapseUser } from '../support/synapse.js';

/**
 * Synapse with a mail server, so that it validates e-mail addresses itself. The daemon has the
 * access token of its administrator.
 */
describe.skipIf(synapseMissing !== undefined)(
  `matrix-js-sdk, a Synapse that sends mails, and the daemon ${synapseMissing ?? ''}`,
  () => {
    const closers: (() => Promise<unknown>)[] = [];
    let synapse: Synapse;
    let gangway: Installation;
    let users: ReturnType<typeof addressClient>;
    let mails: MailServer;
    let url: string;

    beforeAll(async () => {
      const front = await startHttpFront();
      closers.push(() => front.close());
      ({ url } = front);
      mails = await startMailServer();
      closers.push(() => mails.stop());
      const gateway = await startGatewayApi();
      closers.push(() => gateway.stop());
      synapse = await startSynapse({
        config: {
          email: { smtp_host: '127.0.0.1', smtp_port: mails.port, notif_from: 'Synapse <post@synapse.test>' },
        },
      });
      closers.push(() => synapse.stop());
      const sandbox = await startStrictSandbox();
      closers.push(() => sandbox.stop());
      gangway = await install(sandbox, {
        homeserver: {
          domain: synapse.serverName,
          address: synapse.url,
          admin_access_token: synapse.adminAccessToken,
        },
        http: { trusted_proxies: ['127.0.0.1'] },
        accounts: { public_url: url },
        identity: { enabled: true, public_url: url },
        outgoing: { servers: { [synapse.serverName]: synapse.url } },
        delivery: {
          email: [{ type: 'smtp', host: '127.0.0.1', port: mails.port, security: 'none', from: 'id@gangway.test' }],
          phone: [{ type: 'telegram_gateway', token: gateway.token, address: gateway.url }],
        },
        threepids: { from_telegram: 'on', allowed_countries: ['GB'] },
        bridge: { permissions: { [synapse.serverName]: 'full' } },
      });
      closers.push(() => gangway.remove());
      await gangway.start();
      const proxy = await startReverseProxy({ gangway: gangway.url(), homeserver: synapse.url });
      closers.push(() => proxy.close());
      front.leadTo(proxy.url);
      users = addressClient({ url, mails, gateway });
    }, 120_000);
    afterAll(async () => {
      for (const close of closers.reverse()) await close();
    });

    const registered = async (localpart: string): Promise<{ user: SynapseUser; person: Person }> => {
      const user = await synapse.register(localpart);
      return { user, person: await users.logIn(localpart, user.password) };
    };

    /** The link in Synapse's mail, at the base URL of clients. */
    const proveToSynapse = async (address: string) => {
      const { mail } = await mails.next(({ from, to }) => from.includes('synapse.test') && to.includes(address));
      const link = /https:\/\/\S+add_threepid\/email\/submit_token\S+/.exec(mail.text ?? '')?.[0] ?? '';
      const reached = link.replace(synapsePublicUrl, `${url}/`);
      expect((await fetch(reached)).status).toBe(200);
    };

    it('add an e-mail address that Synapse validates, list it, log in by it and delete it', async () => {
      const { user, person: alice } = await registered('alice');
      const session = await users.askForMail(alice, 'Alice@mail.test');
      await expect(users.add(alice, session)).rejects.toMatchObject({ errcode: 'M_THREEPID_AUTH_FAILED' });
      await proveToSynapse('alice@mail.test');
      await users.add(alice, session);
      expect(await users.listed(alice)).toEqual(['email alice@mail.test']);

      await users.addPhone(alice, '07400 123701', '447400123701');
      expect(await users.listed(alice)).toEqual(['email alice@mail.test', 'msisdn 447400123701']);
      for (const login of [byEmail('ALICE@mail.test'), byPhone('07400 123701')]) {
        expect(await users.logInBy(login, user.password)).toMatchObject({ user_id: user.mxid });
      }
      const { person: bob } = await registered('bob');
      await expect(users.askForMail(bob, 'alice@mail.test')).rejects.toMatchObject({ errcode: 'M_THREEPID_IN_USE' });

      await alice.client.deleteThreePid('email', 'alice@mail.test');
      expect(await users.listed(alice)).toEqual(['msisdn 447400123701']);
      await expect(users.logInBy(byEmail('alice@mail.test'), user.password)).rejects.toMatchObject({
        httpStatus: 403,
      });
    });

    it('bind a 3PID at our own identity service, and unbind it, without Synapse', async () => {
      const { person: carol } = await registered('carol');
      const { client } = carol;
      const openId = await client.getOpenIdToken();
      const { access_token: token } = await client.registerWithIdentityServer(openId);
      const secret = client.generateClientSecret();
      const { sid } = await client.requestEmailToken('carol@mail.test', secret, 1, undefined, token);
      const { mail } = await mails.next(({ to, raw }) => to.includes('carol@mail.test') && raw.includes('submitToken'));
      await pressButton(/https?:\S+submitToken\S+/.exec(mail.text ?? '')?.[0] ?? '');
      const server = { id_server: new URL(url).host, id_access_token: token };
      expect(await client.bindThreePid({ sid, client_secret: secret, ...server })).toEqual({});
      expect(await client.lookupThreePid('email', 'carol@mail.test', token)).toMatchObject({ mxid: carol.mxid });
      expect(await client.unbindThreePid('email', 'carol@mail.test')).toEqual({ id_server_unbind_result: 'success' });
      expect(await client.lookupThreePid('email', 'carol@mail.test', token)).toEqual({});
      expect(await users.listed(carol)).toEqual([]);
    });

    it('cannot add the number of another user at Synapse: by a code, or by a login to Telegram', async () => {
      const { person: dave } = await registered('dave');
      const { user: erin } = await registered('erin');
      await synapse.addAddress(erin.mxid, 'msisdn', '447400123702');
      await expect(users.addPhone(dave, '07400 123702', '447400123702')).rejects.toMatchObject({
        httpStatus: 400,
        errcode: 'M_THREEPID_IN_USE',
      });
      expect(await users.logInBy(byPhone('07400 123702'), erin.password)).toMatchObject({ user_id: erin.mxid });

      const number = '9996620234';
      await synapse.addAddress(erin.mxid, 'msisdn', number);
      await gangway.login(dave.mxid, 'request_code', { phone: `+${number}` });
      const { body } = await gangway.login(dave.mxid, 'send_code', { code: '22222' });
      expect(body).toMatchObject({ state: 'logged-in', add_phone: 'in_use' });
      const asked = await gangway.call('POST', `/login/${dave.mxid}/add_phone`);
      expect(asked).toMatchObject({ status: 409, body: { errcode: 'phone_number_in_use' } });
      expect(await users.listed(dave)).toEqual([]);
    });

    it('add the number of a login to Telegram that no user of Synapse has', async () => {
      const { person: frank } = await registered('frank');
      const number = '9996620235';
      await gangway.login(frank.mxid, 'request_code', { phone: `+${number}` });
      const { body } = await gangway.login(frank.mxid, 'send_code', { code: '22222' });
      expect(body).toMatchObject({ state: 'logged-in', add_phone: 'added' });
      expect(await users.listed(frank)).toEqual([`msisdn ${number}`]);
      expect(gangway.output()).not.toContain(synapse.adminAccessToken);
    });
  },
);
