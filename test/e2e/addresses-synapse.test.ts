import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressClient, byEmail, byPhone } from '../support/address-client.js';
import { pressButton, provingLink } from '../support/address-environment.js';
import { install } from '../support/daemon.js';
import { startGatewayApi } from '../support/gateway-api.js';
import { startHttpFront } from '../support/http-front.js';
import { startMailServer } from '../support/mail-server.js';
import { startReverseProxy } from '../support/reverse-proxy.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { startSynapse, synapseMissing, type Synapse, type SynapseUser } from '../support/synapse.js';

/**
 * Synapse by default: it validates no 3PIDs, because it has neither a mail server nor a service for
 * SMS.
 */
describe.skipIf(synapseMissing !== undefined)(
  `matrix-js-sdk, a real Synapse, and the daemon ${synapseMissing ?? ''}`,
  () => {
    const closers: (() => Promise<unknown>)[] = [];
    let synapse: Synapse;
    let users: ReturnType<typeof addressClient>;
    let mails: Awaited<ReturnType<typeof startMailServer>>;
    let output: () => string;

    beforeAll(async () => {
      const front = await startHttpFront();
      closers.push(() => front.close());
      mails = await startMailServer();
      closers.push(() => mails.stop());
      const gateway = await startGatewayApi();
      closers.push(() => gateway.stop());
      synapse = await startSynapse();
      closers.push(() => synapse.stop());
      const sandbox = await startStrictSandbox();
      await sandbox.stop();
      const gangway = await install(sandbox, {
        homeserver: { domain: synapse.serverName, address: synapse.url },
        http: { trusted_proxies: ['127.0.0.1'] },
        accounts: { public_url: front.url },
        delivery: {
          email: [{ type: 'smtp', host: '127.0.0.1', port: mails.port, security: 'none', from: 'id@gangway.test' }],
          phone: [{ type: 'telegram_gateway', token: gateway.token, address: gateway.url }],
        },
        bridge: { permissions: { [synapse.serverName]: 'full' } },
      });
      closers.push(() => gangway.remove());
      await gangway.start();
      const proxy = await startReverseProxy({ gangway: gangway.url(), homeserver: synapse.url });
      closers.push(() => proxy.close());
      front.leadTo(proxy.url);
      output = () => gangway.output();
      users = addressClient({ url: front.url, mails, gateway });
    }, 120_000);
    afterAll(async () => {
      for (const close of closers.reverse()) await close();
    });

    const registered = async (localpart: string) => {
      const user: SynapseUser = await synapse.register(localpart);
      return { user, person: await users.logIn(localpart, user.password) };
    };

    const devicesOf = async ({ mxid }: SynapseUser) =>
      (await synapse.devicesOf(mxid)).map(({ device_id: deviceId }) => deviceId);

    it('add a 3PID that Synapse cannot validate, with the password at Synapse, and log in with it', async () => {
      const { user, person: alice } = await registered('alice');
      const devices = await devicesOf(user);
      await synapse.addAddress(user.mxid, 'email', 'alice-at-synapse@mail.test');

      await users.addEmail(alice, 'alice@mail.test');
      expect(await provingLink(mails, 'alice@mail.test')).toContain(
        '/unstable/gangway/add_threepid/email/submit_token',
      );
      await users.addPhone(alice, '07400 123601', '447400123601');
      expect(await users.listed(alice)).toEqual([
        'email alice-at-synapse@mail.test',
        'email alice@mail.test',
        'msisdn 447400123601',
      ]);
      expect(await devicesOf(user)).toEqual(devices);

      const logins = [byEmail('alice@mail.test'), byPhone('07400 123601'), byEmail('alice-at-synapse@mail.test')];
      for (const login of logins) {
        expect(await users.logInBy(login, user.password)).toMatchObject({ user_id: user.mxid });
      }
      expect(await alice.client.deleteThreePid('msisdn', '447400123601')).toEqual({
        id_server_unbind_result: 'no-support',
      });
      await expect(users.logInBy(byPhone('07400 123601'), user.password)).rejects.toMatchObject({ httpStatus: 403 });
      await alice.client.deleteThreePid('email', 'alice-at-synapse@mail.test');
      expect(await users.listed(alice)).toEqual(['email alice@mail.test']);
      expect(output()).not.toContain('mail.test');
    });

    it('cannot add the 3PID of another account', async () => {
      const { person: bob } = await registered('bob');
      const { person: carol } = await registered('carol');
      const sessions = [
        await users.askForMail(bob, 'shared@mail.test'),
        await users.askForMail(carol, 'shared@mail.test'),
      ] as const;
      for (const count of [1, 2]) await pressButton(await provingLink(mails, 'shared@mail.test', count));
      await users.add(bob, sessions[0]);
      const refused = { httpStatus: 400, errcode: 'M_THREEPID_IN_USE' };
      await expect(users.add(carol, sessions[1])).rejects.toMatchObject(refused);
      expect(await users.listed(carol)).toEqual([]);
    });
  },
);
