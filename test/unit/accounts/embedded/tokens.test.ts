import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountSessions } from '../../../../src/accounts/sessions.js';
import type { Mxid } from '../../../../src/base/mxid.js';
import { Secret } from '../../../../src/base/secret.js';
import { failureOf, loginBy, loginOf } from '../../../support/account-requests.js';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from '../../../support/embedded-accounts.js';

const clientAddress = '203.0.113.7';
const hard = { kind: 'token_unknown', softLogout: false };
const soft = { kind: 'token_unknown', softLogout: true };
let embedded: EmbeddedUnderTest;
let alice: { readonly mxid: Mxid; readonly password: string };

beforeEach(async () => {
  embedded = await openEmbeddedAccounts();
  alice = await embedded.addUser('alice');
});

afterEach(() => embedded.close());

interface Pair {
  readonly accessToken: Secret;
  readonly refreshToken: Secret;
}

const whoAmI = ({ accessToken }: Pick<Pair, 'accessToken'>) => embedded.accounts.whoAmI(accessToken, clientAddress);
const pairOf = (issued: Awaited<ReturnType<AccountSessions['refresh']>>): Pair => {
  if (!issued.refreshToken) throw new Error('no refresh token');
  return { accessToken: issued.accessToken, refreshToken: issued.refreshToken };
};
const logIn = (more = {}) => embedded.accounts.logIn(loginOf(alice.mxid, alice.password, more));
const logInRefreshably = async (more = {}) => pairOf(await logIn({ wantsRefreshToken: true, ...more }));
const refresh = async ({ refreshToken }: Pick<Pair, 'refreshToken'>) =>
  pairOf(await embedded.accounts.refresh(refreshToken));
const refreshFailure = ({ refreshToken }: Pick<Pair, 'refreshToken'>) =>
  failureOf(embedded.accounts.refresh(refreshToken));

describe('a refresh', () => {
  it('returns an access token of the same device and a refresh token, with the lifetime of those of a login', async () => {
    const first = await logInRefreshably({ deviceId: 'KITCHEN' });
    await embedded.clock.advance(300_000);
    const issued = await embedded.accounts.refresh(first.refreshToken);
    expect(issued.expiresInMs).toBe(300_000);
    expect(await whoAmI(issued)).toEqual({ mxid: alice.mxid, deviceId: 'KITCHEN' });
    expect(await embedded.devicesOf(alice.mxid)).toEqual(['KITCHEN']);
  });

  it('can be repeated until the new access token is used', async () => {
    const first = await logInRefreshably();
    await refresh(first);
    const again = await refresh(first);
    await whoAmI(again);
    expect(await refreshFailure(first)).toEqual(soft);
  });

  it('can be repeated until the new refresh token is used', async () => {
    const first = await logInRefreshably();
    const second = await refresh(first);
    const third = await refresh(second);
    expect(await refreshFailure(first)).toEqual(soft);
    expect(await failureOf(whoAmI(third))).toEqual(soft);
  });

  it('keeps the ten newest answers until one of them is used', async () => {
    const first = await logInRefreshably();
    const answers: Pair[] = [];
    for (let times = 0; times < 12; times += 1) {
      await embedded.clock.advance(1);
      answers.push(await refresh(first));
    }
    const seconds = await Promise.all(answers.slice(0, 2).map(refreshFailure));
    expect(seconds).toEqual([hard, hard]);
    await whoAmI(await refresh(answers[2] ?? first));
  });

  it('is refused after thirty of one login, and of that login only', async () => {
    let pair = await logInRefreshably();
    for (let times = 0; times < 30; times += 1) pair = await refresh(pair);
    expect(await refreshFailure(pair)).toMatchObject({ kind: 'rate_limited', retryAfterMs: 20_000 });
    await refresh(await logInRefreshably());
    await embedded.clock.advance(20_000);
    await refresh(pair);
  });

  it('keeps the lifetime of the old access token', async () => {
    const first = await logInRefreshably();
    await whoAmI(await refresh(first));
    await whoAmI(first);
  });

  it('can be repeated indefinitely with each new token', async () => {
    let pair = await logInRefreshably();
    for (let round = 0; round < 5; round += 1) {
      await embedded.clock.advance(80_000_000);
      expect(await failureOf(whoAmI(pair))).toEqual(soft);
      pair = await refresh(pair);
      await whoAmI(pair);
    }
  });

  it.each(['the first', 'the second'])(
    'that is requested twice keeps both answers valid until %s is used',
    async (which) => {
      const first = await logInRefreshably();
      const answers = [await refresh(first), await refresh(first)] as const;
      const [used, other] = which === 'the first' ? answers : ([answers[1], answers[0]] as const);
      await whoAmI(used);
      expect(await failureOf(whoAmI(other))).toEqual(soft);
      expect(await refreshFailure(other)).toEqual(soft);
      await whoAmI(used);
      const next = await refresh(used);
      await whoAmI(next);
      expect(await refreshFailure(other)).toEqual(soft);
      await whoAmI(next);
    },
  );

  it('that is requested twice keeps both answers valid until one of their refresh tokens is used', async () => {
    const first = await logInRefreshably();
    const [used, other] = [await refresh(first), await refresh(first)];
    const next = await refresh(used);
    await whoAmI(used);
    expect(await failureOf(whoAmI(other))).toEqual(soft);
    expect(await refreshFailure(other)).toEqual(soft);
    await whoAmI(next);
  });

  it('with a spent token ends all tokens of that login, softly, and no others', async () => {
    const elsewhere = await logInRefreshably();
    const first = await logInRefreshably();
    const second = await refresh(first);
    await whoAmI(second);
    expect(await refreshFailure(first)).toEqual(soft);
    expect(await failureOf(whoAmI(second))).toEqual(soft);
    expect(await refreshFailure(second)).toEqual(soft);
    await whoAmI(elsewhere);
    await refresh(elsewhere);
  });

  it('with an expired token is refused, softly', async () => {
    const first = await logInRefreshably();
    await embedded.clock.advance(86_400_000);
    expect(await refreshFailure(first)).toEqual(soft);
  });

  it('with an unknown token or an access token is refused', async () => {
    const { accessToken } = await logInRefreshably();
    for (const refreshToken of [new Secret('gwr_none'), new Secret(''), accessToken]) {
      expect(await refreshFailure({ refreshToken })).toEqual(hard);
    }
  });

  it('is refused after the logout, the reset of the password and the deactivation', async () => {
    const first = await logInRefreshably();
    await embedded.accounts.logOut(first.accessToken);
    expect(await refreshFailure(first)).toEqual(hard);
    const second = await logInRefreshably();
    await embedded.administration.resetPassword(alice.mxid, new Secret('new'));
    expect(await refreshFailure(second)).toEqual(hard);
    const third = pairOf(await embedded.accounts.logIn(loginOf('alice', 'new', { wantsRefreshToken: true })));
    await embedded.administration.deactivate(alice.mxid);
    expect(await refreshFailure(third)).toEqual(hard);
    expect(await failureOf(whoAmI(third))).toEqual(hard);
  });
});

describe('a logout', () => {
  it('ends this device only', async () => {
    const one = await logIn({ deviceId: 'ONE' });
    const two = await logIn({ deviceId: 'TWO' });
    await embedded.accounts.logOut(one.accessToken);
    expect(await failureOf(whoAmI(one))).toEqual(hard);
    expect(await failureOf(embedded.accounts.logOut(one.accessToken))).toEqual(hard);
    await whoAmI(two);
    expect(await embedded.devicesOf(alice.mxid)).toEqual(['TWO']);
  });

  it('everywhere ends all devices and login tokens of the user, and none of others', async () => {
    const bob = await embedded.addUser('bob');
    const bobs = await embedded.accounts.logIn(loginOf('bob', bob.password));
    const one = await logIn();
    const two = await logIn();
    const { loginToken } = await embedded.accounts.mintLoginToken(one.accessToken, passwordOf(alice));
    await embedded.accounts.logOutAll(two.accessToken);
    expect(await failureOf(whoAmI(one))).toEqual(hard);
    expect(await failureOf(whoAmI(two))).toEqual(hard);
    expect(await failureOf(logInBy(loginToken))).toEqual({ kind: 'login_token_invalid' });
    expect(await embedded.devicesOf(alice.mxid)).toEqual([]);
    await whoAmI(bobs);
  });
});

const passwordOf = ({ mxid, password }: { readonly mxid: Mxid; readonly password: string }) => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: mxid },
  password,
});
const logInBy = (token: Secret) => embedded.accounts.logIn(loginBy({ kind: 'token', token }));

describe('a login token', () => {
  it('is issued only for the password, each time again', async () => {
    const { accessToken } = await logIn();
    const mint = (auth: unknown) => embedded.accounts.mintLoginToken(accessToken, auth);
    expect(await failureOf(mint(undefined))).toMatchObject({
      kind: 'authentication_incomplete',
      body: { flows: [{ stages: ['m.login.password'] }], params: {}, completed: [] },
    });
    await mint(passwordOf(alice));
    await embedded.clock.advance(60_000);
    expect(await failureOf(mint(undefined))).toMatchObject({ kind: 'authentication_incomplete' });
    expect(await failureOf(mint({ ...passwordOf(alice), password: 'wrong' }))).toMatchObject({
      kind: 'authentication_incomplete',
      body: { errcode: 'M_FORBIDDEN' },
    });
  });

  it('is not issued for the password of another user', async () => {
    const bob = await embedded.addUser('bob');
    const { accessToken } = await logIn();
    expect(await failureOf(embedded.accounts.mintLoginToken(accessToken, passwordOf(bob)))).toMatchObject({
      kind: 'authentication_incomplete',
      body: { errcode: 'M_FORBIDDEN' },
    });
  });

  it('is issued once a minute for each user', async () => {
    const { accessToken } = await logIn();
    const mint = () => embedded.accounts.mintLoginToken(accessToken, passwordOf(alice));
    expect((await mint()).expiresInMs).toBe(120_000);
    await embedded.clock.advance(20_000);
    expect(await failureOf(mint())).toEqual({ kind: 'rate_limited', retryAfterMs: 40_000 });
    const bob = await embedded.addUser('bob');
    const bobs = await embedded.accounts.logIn(loginOf('bob', bob.password));
    await embedded.accounts.mintLoginToken(bobs.accessToken, passwordOf(bob));
    await embedded.clock.advance(40_000);
    await mint();
  });

  it('logs its user in on a new device, once, within two minutes', async () => {
    const { accessToken, deviceId } = await logIn();
    const mint = async () => (await embedded.accounts.mintLoginToken(accessToken, passwordOf(alice))).loginToken;
    const first = await mint();
    await embedded.clock.advance(119_999);
    const grant = await logInBy(first);
    expect(grant.mxid).toBe(alice.mxid);
    expect(grant.deviceId).not.toBe(deviceId);
    expect(await failureOf(logInBy(first))).toEqual({ kind: 'login_token_invalid' });
    const second = await mint();
    await embedded.clock.advance(120_000);
    expect(await failureOf(logInBy(second))).toEqual({ kind: 'login_token_invalid' });
  });

  it('is spent by a login that fails', async () => {
    const { accessToken } = await logIn();
    const { loginToken } = await embedded.accounts.mintLoginToken(accessToken, passwordOf(alice));
    const proof = { kind: 'token', token: loginToken } as const;
    expect(await failureOf(embedded.accounts.logIn({ ...loginBy(proof), deviceId: 'X'.repeat(513) }))).toMatchObject({
      kind: 'parameter_invalid',
      name: 'device_id',
    });
    expect(await failureOf(logInBy(loginToken))).toEqual({ kind: 'login_token_invalid' });
  });

  it('is spent if its user was deactivated in the meantime', async () => {
    const { accessToken } = await logIn();
    const { loginToken } = await embedded.accounts.mintLoginToken(accessToken, passwordOf(alice));
    await embedded.database.transaction((tx) => tx.accounts.deactivate(alice.mxid, embedded.clock.now()));
    expect(await failureOf(logInBy(loginToken))).toEqual({ kind: 'user_deactivated' });
    expect(await failureOf(logInBy(loginToken))).toEqual({ kind: 'login_token_invalid' });
  });

  it('ends with the login that requested it, and not with another', async () => {
    const [asking, other] = [await logIn(), await logIn()];
    const mint = async () => (await embedded.accounts.mintLoginToken(asking.accessToken, passwordOf(alice))).loginToken;
    const first = await mint();
    await embedded.accounts.logOut(other.accessToken);
    await logInBy(first);
    await embedded.clock.advance(60_000);
    const second = await mint();
    await embedded.accounts.logOut(asking.accessToken);
    expect(await failureOf(logInBy(second))).toEqual({ kind: 'login_token_invalid' });
  });

  it('is not accepted as an access token, nor the other way round', async () => {
    const { accessToken } = await logIn();
    const { loginToken } = await embedded.accounts.mintLoginToken(accessToken, passwordOf(alice));
    expect(await failureOf(logInBy(accessToken))).toEqual({ kind: 'login_token_invalid' });
    expect(await failureOf(whoAmI({ accessToken: loginToken }))).toEqual(hard);
  });

  it('is not issued for an invalid access token', async () => {
    const unknownToken = new Secret('gwt_none');
    expect(await failureOf(embedded.accounts.mintLoginToken(unknownToken, passwordOf(alice)))).toEqual(hard);
  });
});

describe('a cleanup', () => {
  it('keeps replaced tokens as long as a refresh token may last', async () => {
    const year = 365 * 86_400_000;
    const lifetimes = { accessTokenMs: 300_000, refreshTokenMs: year, loginTokenMs: 120_000 };
    const { accounts, clock } = await openEmbeddedAccounts({ lifetimes, database: embedded.database });
    const first = pairOf(await accounts.logIn(loginOf(alice.mxid, alice.password, { wantsRefreshToken: true })));
    const second = await accounts.refresh(first.refreshToken);
    await accounts.whoAmI(second.accessToken, clientAddress);
    await clock.advance(year - 1);
    await accounts.sweep();
    expect(await failureOf(accounts.whoAmI(first.accessToken, clientAddress))).toEqual(soft);
    expect(await failureOf(accounts.refresh(first.refreshToken))).toEqual(soft);
  });

  it('keeps tokens that still get a specific error, and deletes the rest', async () => {
    const first = await logInRefreshably();
    const second = await refresh(first);
    await whoAmI(second);
    await embedded.accounts.mintLoginToken(second.accessToken, passwordOf(alice));
    await failureOf(embedded.accounts.mintLoginToken(second.accessToken, {}));
    await embedded.accounts.sweep();
    expect(await refreshFailure(first)).toEqual(soft);

    await embedded.clock.advance(86_400_000 + 300_000);
    await embedded.accounts.sweep();
    expect(await failureOf(whoAmI(second))).toEqual(soft);
    expect(await refreshFailure(second)).toEqual(hard);
    expect(await failureOf(whoAmI(first))).toEqual(hard);
    expect(await embedded.devicesOf(alice.mxid)).toHaveLength(1);
  });
});
