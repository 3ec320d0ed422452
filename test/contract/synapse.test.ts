import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelayAccounts } from '../../src/accounts/relay/relay-accounts.js';
import type { WellKnownRule } from '../../src/accounts/relay/well-known.js';
import { systemClock } from '../../src/base/clock.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import { createHttpHomeserver } from '../../src/matrix/http-homeserver.js';
import { createTestRelay, type RelayUnderTest } from '../support/relay-accounts.js';
import { silentLogger } from '../support/silent-logger.js';
import { startSynapse, synapseMissing, synapsePublicUrl, type Synapse } from '../support/synapse.js';
import { accountAuthorityContract, passwordLogin, refusalOf, type TestUser } from './account-authority.js';
import { addressesBesideSynapse } from './synapse-addresses.js';

const client = '/_matrix/client';

describe.skipIf(synapseMissing)(`the relay in front of Synapse ${synapseMissing ?? ''}`, () => {
  let synapse: Synapse;
  let relay: RelayUnderTest;
  beforeAll(async () => {
    synapse = await startSynapse();
    relay = createTestRelay(synapse.url, synapse.serverName);
  });
  afterAll(() => synapse.stop());

  const register = async (localpart: string): Promise<TestUser> => {
    const { mxid, password } = await synapse.register(localpart);
    return { mxid: mxid as Mxid, password };
  };
  const post = async (path: string, token: Secret, body: unknown) => {
    const headers = { Authorization: `Bearer ${token.reveal()}` };
    const response = await fetch(`${synapse.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as Readonly<Record<string, unknown>>;
  };

  describe('as an authority', () => {
    accountAuthorityContract(() =>
      Promise.resolve({
        authority: relay.authority,
        serverName: synapse.serverName as ServerName,
        addUser: register,
        addAddress: (mxid, { medium, address }) =>
          Promise.resolve(void relay.addresses.set(`${medium} ${address}`, mxid)),
        deactivate: (mxid) => synapse.deactivate(mxid),
        devicesOf: async (mxid) => (await synapse.devicesOf(mxid)).map((device) => device.device_id),
        async mintLoginToken(token, { mxid, password }) {
          const path = `${client}/v1/login/get_token`;
          const { session } = await post(path, token, {});
          const identifier = { type: 'm.id.user', user: mxid };
          const auth = { type: 'm.login.password', session, identifier, password };
          return new Secret(String((await post(path, token, { auth }))['login_token']));
        },
        logOut: async (token) => void (await post(`${client}/v3/logout`, token, {})),
        forget: () => relay.clock.advance(30_000),
      }),
    );
  });

  describe('has 3PIDs that', () => addressesBesideSynapse(() => synapse, register));

  describe('queries Synapse', () => {
    let bob: TestUser;
    let count = 0;
    const logIn = (identifier: Readonly<Record<string, unknown>>, more = {}) =>
      relay.authority.logIn(passwordLogin(identifier, bob.password, more));
    const asBob = () => ({ type: 'm.id.user', user: bob.mxid });
    const newBob = async () => {
      count += 1;
      bob = await register(`bob${count}`);
    };

    it('with the IP address of the client, which Synapse counts and logs', async () => {
      await newBob();
      const attempt = passwordLogin(asBob(), bob.password);
      await relay.authority.logIn({ ...attempt, clientAddress: '198.51.100.77' });
      await synapse.logged(/ 198\.51\.100\.77 .* 200 "POST \/_matrix\/client\/v3\/login/);
      const grant = await relay.authority.logIn({ ...attempt, clientAddress: '2001:db8::7' });
      await synapse.logged(/ 2001:db8::7 .* 200 "POST \/_matrix\/client\/v3\/login/);
      await relay.authority.whoAmI(grant.accessToken, '198.51.100.78');
      await synapse.logged(/ 198\.51\.100\.78 .* 200 "GET \/_matrix\/client\/v3\/account\/whoami/);
    });

    it('about 3PIDs that only Synapse has', async () => {
      await newBob();
      await synapse.addAddress(bob.mxid, 'email', `known${count}@mail.test`);
      const email = { type: 'm.id.thirdparty', medium: 'email', address: `Known${count}@mail.test` };
      expect((await logIn(email)).mxid).toBe(bob.mxid);
      await synapse.addAddress(bob.mxid, 'msisdn', '447470655555');
      expect((await logIn({ type: 'm.id.phone', country: 'GB', phone: '07470655555' })).mxid).toBe(bob.mxid);
    });

    it.each<[string, (number: string) => object]>([
      ['no country', (number) => ({ type: 'm.id.phone', phone: `+44${number}` })],
      ['no country and no plus', (number) => ({ type: 'm.id.phone', phone: `44${number}` })],
      ['a lower-case country', (number) => ({ type: 'm.id.phone', country: 'gb', phone: `0${number}` })],
      ['an unknown country', (number) => ({ type: 'm.id.phone', country: 'XX', phone: `+44${number}` })],
      ['a country', (number) => ({ type: 'm.id.phone', country: 'GB', phone: `0${number}` })],
      ['an invalid number', (number) => ({ type: 'm.id.phone', country: 'GB', phone: `x${number}` })],
      ['a 3PID', (number) => ({ type: 'm.id.thirdparty', medium: 'msisdn', address: `+44${number}` })],
    ])('so that a wrong password does not reveal known phone numbers: %s', async (_, spelled) => {
      await newBob();
      relay.addresses.set('msisdn 447470674927', bob.mxid);
      const [known, unknown] = ['7470674927', '7470674928'].map((number) =>
        refusalOf(relay.authority.logIn(passwordLogin({ ...spelled(number) }, 'wrong'))),
      );
      expect(await unknown).toEqual(await known);
    });

    it('and returns its refusals with all their fields', async () => {
      await newBob();
      const refused = await refusalOf(logIn(asBob(), { device_id: 'x'.repeat(600) }));
      expect(refused).toMatchObject({ status: 400, errcode: 'M_INVALID_PARAM' });
      expect(refused.error).toMatch(/device_id/);
    });

    it('for a device once, with the name from the client', async () => {
      await newBob();
      await logIn(asBob(), { device_id: 'PHONE', initial_device_display_name: 'Bob’s phone' });
      await refusalOf(relay.authority.logIn(passwordLogin(asBob(), 'wrong', { device_id: 'OTHER' })));
      expect(await synapse.devicesOf(bob.mxid)).toEqual([
        expect.objectContaining({ device_id: 'PHONE', display_name: 'Bob’s phone' }),
      ]);
    });

    it('for its flows, login tokens included, as clients get these from Synapse itself', async () => {
      expect(await relay.authority.loginFlows('203.0.113.7')).toContainEqual({
        type: 'm.login.token',
        get_login_token: true,
      });
    });

    it.each<[WellKnownRule, unknown]>([
      ['drop', undefined],
      ['keep', { 'm.homeserver': { base_url: synapsePublicUrl } }],
      [
        { homeserver: 'https://gangway.test', identityServer: undefined },
        { 'm.homeserver': { base_url: 'https://gangway.test' } },
      ],
    ])('and applies the rule %j to well_known', async (wellKnown, expected) => {
      await newBob();
      const authority = createRelayAccounts({
        random: systemRandom,
        homeserver: createHttpHomeserver({ address: synapse.url, deadlineMs: 20_000, clock: systemClock }),
        serverName: synapse.serverName as ServerName,
        accountThreepids: { findUser: () => Promise.resolve(undefined) },
        wellKnown,
        clock: systemClock,
        logger: silentLogger,
      });
      const grant = await authority.logIn(passwordLogin(asBob(), bob.password));
      expect(grant.extra['well_known']).toEqual(expected);
    });
  });
});
