import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller, ProofSession } from '../../src/accounts/threepids/account-addresses.js';
import { challengeOf } from '../support/address-steps.js';
import { tokenRequest } from '../support/contacts.js';
import { openRelayAddresses, type RelayAddressesUnderTest } from '../support/relay-addresses.js';
import { bodyOf, removalOf } from '../support/relay-world.js';
import type { Synapse } from '../support/synapse.js';
import { passwordLogin, refusalOf, type TestUser } from './account-authority.js';

/**
 * The 3PIDs of accounts on a Synapse that cannot send tokens itself: without a mailer, and without
 * a service for SMS.
 */
export function addressesBesideSynapse(
  synapseOf: () => Synapse,
  register: (localpart: string) => Promise<TestUser>,
): void {
  let relay: RelayAddressesUnderTest;
  let count = 0;
  let user: TestUser;
  let caller: Caller;

  beforeAll(async () => {
    const { url, serverName } = synapseOf();
    relay = await openRelayAddresses(url, serverName);
  });
  afterAll(() => relay.close());

  const newUser = async () => {
    count += 1;
    user = await register(`holder${count}`);
    const { mxid, accessToken } = await logIn({ type: 'm.id.user', user: user.mxid });
    caller = { mxid, accessToken, clientAddress: '198.51.100.81' };
  };
  const logIn = (identifier: Readonly<Record<string, unknown>>) =>
    relay.authority.logIn(passwordLogin(identifier, user.password));

  const prove = async (address: string): Promise<ProofSession> => {
    const request = tokenRequest(address, caller);
    const { sid } = await relay.addresses.requestToken(request);
    const session = { sid: String(sid), clientSecret: request.clientSecret };
    await relay.submit(session);
    return session;
  };
  const add = (session: ProofSession, auth?: object) =>
    relay.addresses.add(caller, session, auth, { ...bodyOf(session), ...(auth && { auth }) });
  const passwordStage = (session: unknown, password = user.password) => ({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: user.mxid },
    password,
    session,
  });
  const remove = (medium: string, address: string) => relay.addresses.remove(caller, removalOf({ medium, address }));
  const listed = async () => (await relay.addresses.list(caller)).map(({ medium, address }) => `${medium} ${address}`);

  it('are validated here, added after Synapse’s own authentication, usable for logins, listed and removed', async () => {
    await newUser();
    const email = await prove('Holder@mail.test');
    const phone = await prove('+447470674929');

    const { body: challenge } = await challengeOf(add(email));
    expect(challenge).toEqual({
      session: expect.any(String),
      flows: [{ stages: ['m.login.password'] }],
      params: {},
    });
    const { body: again } = await challengeOf(add(email, passwordStage(challenge['session'], 'wrong')));
    expect(again).toMatchObject({ session: challenge['session'], errcode: 'M_FORBIDDEN', error: expect.any(String) });
    expect(await listed()).toEqual([]);
    await add(email, passwordStage(challenge['session']));
    await synapseOf().logged(/ 198\.51\.100\.81 .* 200 "POST \/_matrix\/client\/v3\/delete_devices/);

    // Synapse would accept the completed session once more.
    const { body: anew } = await challengeOf(add(phone, { session: challenge['session'] }));
    expect(anew['session']).not.toBe(challenge['session']);
    await relay.clock.advance(1);
    await add(phone, passwordStage(anew['session']));
    expect(await listed()).toEqual(['email holder@mail.test', 'msisdn 447470674929']);
    expect(await synapseOf().devicesOf(user.mxid)).toHaveLength(1);

    const byEmail = { type: 'm.id.thirdparty', medium: 'email', address: 'holder@MAIL.test' };
    const byPhone = { type: 'm.id.phone', country: 'GB', phone: '07470674929' };
    expect((await logIn(byEmail)).mxid).toBe(user.mxid);
    expect((await logIn(byPhone)).mxid).toBe(user.mxid);

    expect(await remove('msisdn', '447470674929')).toBe('no-support');
    expect(await listed()).toEqual(['email holder@mail.test']);
    expect(await refusalOf(logIn(byPhone))).toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' });
  });

  it('are listed together with the 3PIDs in Synapse, which Synapse removes', async () => {
    await newUser();
    await synapseOf().addAddress(user.mxid, 'email', 'kept@mail.test');
    await relay.keep(caller.mxid, 'email', 'kept@mail.test');
    await relay.keep(caller.mxid, 'msisdn', '447470674930');
    expect(await listed()).toEqual(['email kept@mail.test', 'msisdn 447470674930']);
    expect(await remove('email', 'Kept@mail.test')).toBe('no-support');
    expect(await listed()).toEqual(['msisdn 447470674930']);
    expect(await remove('email', 'Kept@mail.test')).toBe('no-support');
  });

  it('without a validation here are forwarded to Synapse, which refuses them with its own error', async () => {
    await newUser();
    const unknown = { sid: 'unknown', clientSecret: 'a.secret' };
    const { session } = (await challengeOf(add(unknown))).body;
    expect(await refusalOf(add(unknown, passwordStage(session)))).toMatchObject({
      status: 400,
      errcode: 'M_THREEPID_AUTH_FAILED',
      error: 'No validated 3pid session found',
    });
    const post = relay.addresses.addWithoutAuthentication(caller, unknown, { threePidCreds: bodyOf(unknown) });
    expect(await refusalOf(post)).toMatchObject({ status: 400, errcode: 'M_THREEPID_AUTH_FAILED' });
  });
}
