import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountAuthority, LoginAttempt, LoginGrant, UserIdentifier } from '../../src/accounts/authority.js';
import type { ThirdPartyAddress } from '../../src/base/canonical-address.js';
import { AccountFailure } from '../../src/accounts/failure.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';

/** An account of the authority under test. */
export interface TestUser {
  readonly mxid: Mxid;
  readonly password: string;
}

/** An authority and the services behind it, as the contract requires them. */
export interface AccountsUnderTest {
  readonly authority: AccountAuthority;
  readonly serverName: ServerName;
  addUser(localpart: string): Promise<TestUser>;
  /** Stores the 3PID for the user, who may be of another server. */
  addAddress(mxid: Mxid, address: ThirdPartyAddress): Promise<void>;
  deactivate(mxid: Mxid): Promise<void>;
  devicesOf(mxid: Mxid): Promise<readonly string[]>;
  /** Returns a login token for the user, after authentication with the password. */
  mintLoginToken(accessToken: Secret, user: TestUser): Promise<Secret>;
  logOut(accessToken: Secret): Promise<void>;
  /** Advances the time until all caches have expired. */
  forget(): Promise<void>;
}

/** A refusal as a client sees it. */
export interface Refusal {
  readonly status: number;
  readonly errcode: string;
  /** Undefined if the authority leaves the text to the endpoint. */
  readonly error?: string;
  readonly softLogout?: boolean;
}

/** Returns the refusal that `work` rejects with. Throws if it ends otherwise. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    (value) => expect.fail(`expected a refusal, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AccountFailure)) throw error;
  const { details } = error;
  switch (details.kind) {
    case 'refused_upstream':
      return { status: details.status, errcode: String(details.body['errcode']), error: String(details.body['error']) };
    case 'wrong_credentials':
    case 'login_token_invalid':
    case 'not_yourself':
      return { status: 403, errcode: 'M_FORBIDDEN' };
    case 'user_deactivated':
      return { status: 403, errcode: 'M_USER_DEACTIVATED' };
    case 'login_type_unknown':
      return { status: 400, errcode: 'M_UNKNOWN' };
    case 'token_unknown':
      return { status: 401, errcode: 'M_UNKNOWN_TOKEN', softLogout: details.softLogout };
    case 'parameter_missing':
    case 'parameter_invalid':
    case 'body_too_deep':
    case 'token_missing':
    case 'device_unknown':
    case 'rate_limited':
    case 'overloaded':
    case 'authentication_incomplete':
    case 'homeserver_unreachable':
    case 'address_changes_disabled':
    case 'address_in_use':
    case 'address_not_proven':
    case 'authentication_unsupported':
    case 'identity_server_invalid':
    case 'identity_server_refused':
    case 'identity_server_unreachable':
      throw error;
  }
}

/** A login with a password, as the endpoint of version 3 passes it on. */
export function passwordLogin(
  identifier: Readonly<Record<string, unknown>>,
  password: string,
  more: Readonly<Record<string, unknown>> = {},
): LoginAttempt {
  return attemptOf(
    { kind: 'password', identifier: readIdentifier(identifier), password: new Secret(password) },
    { type: 'm.login.password', identifier, password, ...more },
  );
}

/** A login with a login token. */
export function tokenLogin(token: Secret): LoginAttempt {
  return attemptOf({ kind: 'token', token }, { type: 'm.login.token', token: token.reveal() });
}

/** A login of any other type. */
export function otherLogin(type: string, user: string): LoginAttempt {
  return attemptOf({ kind: 'other', type }, { type, identifier: { type: 'm.id.user', user } });
}

function attemptOf(proof: LoginAttempt['proof'], body: Readonly<Record<string, unknown>>): LoginAttempt {
  const textOf = (name: string) => (typeof body[name] === 'string' ? body[name] : undefined);
  return {
    proof,
    deviceId: textOf('device_id'),
    deviceName: textOf('initial_device_display_name'),
    wantsRefreshToken: body['refresh_token'] === true,
    clientAddress: '203.0.113.7',
    accessToken: undefined,
    body,
  };
}

function readIdentifier(identifier: Readonly<Record<string, unknown>>): UserIdentifier {
  const { type, user, medium, address, country, phone, number } = identifier;
  if (type === 'm.id.user') return { kind: 'user', user: String(user) };
  if (type !== 'm.id.phone') return { kind: 'address', medium: String(medium), address: String(address) };
  return { kind: 'address', medium: 'msisdn', address: String(phone ?? number), country: String(country) };
}

/**
 * The contract of every account authority. `open` returns one that the suite may use; it may have
 * users of other tests.
 */
export function accountAuthorityContract(open: () => Promise<AccountsUnderTest>): void {
  let accounts: AccountsUnderTest;
  let alice: TestUser;
  let count = 0;
  const logIn = (attempt: LoginAttempt) => accounts.authority.logIn(attempt);
  const asUser = (user: string, password = alice.password, more = {}) =>
    passwordLogin({ type: 'm.id.user', user }, password, more);
  const whoAmI = ({ accessToken }: Pick<LoginGrant, 'accessToken'>) =>
    accounts.authority.whoAmI(accessToken, '203.0.113.7');
  const localpart = () => alice.mxid.slice(1, alice.mxid.indexOf(':'));

  beforeAll(async () => {
    accounts = await open();
  });

  beforeEach(async () => {
    count += 1;
    alice = await accounts.addUser(`alice${count}`);
  });

  it('offers logins by password', async () => {
    const flows = await accounts.authority.loginFlows('203.0.113.7');
    expect(flows.map(({ type }) => type)).toContain('m.login.password');
  });

  describe('a login by password', () => {
    it.each<[string, () => string]>([
      ['the localpart', localpart],
      ['the Matrix ID', () => alice.mxid],
      ['the localpart in capitals', () => localpart().toUpperCase()],
    ])('accepts %s, and returns the Matrix ID in its canonical spelling', async (_, user) => {
      const grant = await logIn(asUser(user()));
      expect(grant.mxid).toBe(alice.mxid);
      expect(await whoAmI(grant)).toEqual({ mxid: alice.mxid, deviceId: grant.deviceId });
    });

    it('creates one device with the requested ID', async () => {
      const grant = await logIn(asUser(alice.mxid, alice.password, { device_id: 'KITCHEN' }));
      expect(grant.deviceId).toBe('KITCHEN');
      expect(await accounts.devicesOf(alice.mxid)).toEqual(['KITCHEN']);
    });

    it('creates one device with a generated ID if none is requested', async () => {
      const grant = await logIn(asUser(alice.mxid));
      expect(grant.deviceId).not.toBe('');
      expect(await accounts.devicesOf(alice.mxid)).toEqual([grant.deviceId]);
    });

    it('on a known device creates no device', async () => {
      await logIn(asUser(alice.mxid, alice.password, { device_id: 'KITCHEN' }));
      await logIn(asUser(alice.mxid, alice.password, { device_id: 'KITCHEN' }));
      expect(await accounts.devicesOf(alice.mxid)).toEqual(['KITCHEN']);
    });

    it('gets a refresh token and an expiry only if the client supports refreshing', async () => {
      const lasting = await logIn(asUser(alice.mxid));
      expect(lasting).toMatchObject({ refreshToken: undefined, expiresInMs: undefined });
      const refreshable = await logIn(asUser(alice.mxid, alice.password, { refresh_token: true }));
      expect(refreshable.refreshToken?.reveal()).toMatch(/./);
      expect(refreshable.expiresInMs).toBeGreaterThan(0);
    });

    it('creates no device if it is refused', async () => {
      await refusalOf(logIn(asUser(alice.mxid, 'wrong')));
      expect(await accounts.devicesOf(alice.mxid)).toEqual([]);
    });

    it('is refused to deactivated users', async () => {
      await accounts.deactivate(alice.mxid);
      const { status, errcode } = await refusalOf(logIn(asUser(alice.mxid)));
      expect(status).toBe(403);
      expect(['M_FORBIDDEN', 'M_USER_DEACTIVATED']).toContain(errcode);
    });
  });

  describe('a login by a 3PID of the account', () => {
    const phone = (more: object) => ({ type: 'm.id.phone', ...more });
    const email = (address: string) => ({ type: 'm.id.thirdparty', medium: 'email', address });
    const number = () => `74706${String(10_000 + count)}`;

    it.each<[string, () => Readonly<Record<string, unknown>>]>([
      ['a phone number of its country', () => phone({ country: 'GB', phone: `0${number()}` })],
      ['a phone number by its older name', () => phone({ country: 'GB', number: `0${number()}` })],
      ['an international phone number', () => phone({ country: 'US', phone: `+44 ${number()}` })],
      ['digits', () => ({ type: 'm.id.thirdparty', medium: 'msisdn', address: `44${number()}` })],
    ])('accepts %s', async (_, identifier) => {
      await accounts.addAddress(alice.mxid, { medium: 'msisdn', address: `44${number()}` });
      expect((await logIn(passwordLogin(identifier(), alice.password))).mxid).toBe(alice.mxid);
    });

    it('accepts e-mail addresses in any case', async () => {
      await accounts.addAddress(alice.mxid, { medium: 'email', address: `strauss${count}@mail.test` });
      const grant = await logIn(passwordLogin(email(` Strauß${count}@MAIL.test`), alice.password));
      expect(grant.mxid).toBe(alice.mxid);
      expect(await accounts.devicesOf(alice.mxid)).toEqual([grant.deviceId]);
    });

    it('requires the password', async () => {
      await accounts.addAddress(alice.mxid, { medium: 'email', address: `careful${count}@mail.test` });
      expect(await refusalOf(logIn(passwordLogin(email(`careful${count}@mail.test`), 'wrong')))).toMatchObject({
        status: 403,
        errcode: 'M_FORBIDDEN',
      });
    });

    it('is refused if the account is on another server, in spite of an account here with its localpart', async () => {
      const namesake = `${alice.mxid.slice(0, alice.mxid.indexOf(':'))}:elsewhere.test` as Mxid;
      await accounts.addAddress(namesake, { medium: 'email', address: `namesake${count}@mail.test` });
      expect(await refusalOf(logIn(passwordLogin(email(`namesake${count}@mail.test`), alice.password)))).toMatchObject({
        status: 403,
        errcode: 'M_FORBIDDEN',
      });
      expect(await accounts.devicesOf(alice.mxid)).toEqual([]);
    });
  });

  it('refuses a wrong password, an unknown user, an unknown 3PID and users of other servers with the same error', async () => {
    const refusals = await Promise.all(
      [
        asUser(alice.mxid, 'wrong'),
        asUser('no-such-user'),
        asUser(`@${localpart()}:elsewhere.test`),
        passwordLogin({ type: 'm.id.thirdparty', medium: 'email', address: 'unknown@mail.test' }, alice.password),
        passwordLogin({ type: 'm.id.phone', country: 'GB', phone: '07470699999' }, alice.password),
      ].map((attempt) => refusalOf(logIn(attempt))),
    );
    const [first] = refusals;
    expect(first).toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' });
    expect(refusals).toEqual(refusals.map(() => first));
  });

  it('refuses an unknown type of login', async () => {
    expect(await refusalOf(logIn(otherLogin('org.example.unknown', alice.mxid)))).toMatchObject({
      status: 400,
      errcode: 'M_UNKNOWN',
    });
  });

  describe('a login token', () => {
    it('logs its user in once', async () => {
      const token = await accounts.mintLoginToken((await logIn(asUser(alice.mxid))).accessToken, alice);
      expect((await logIn(tokenLogin(token))).mxid).toBe(alice.mxid);
      expect(await refusalOf(logIn(tokenLogin(token)))).toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' });
    });

    it('that does not exist is refused', async () => {
      expect(await refusalOf(logIn(tokenLogin(new Secret('syl_never_given_out'))))).toMatchObject({
        status: 403,
        errcode: 'M_FORBIDDEN',
      });
    });
  });

  describe('an access token', () => {
    afterEach(() => accounts.forget());

    it.each(['syt_never_given_out', 'not a token', 'ключ', ''])('has no owner if it is %j', async (token) => {
      expect(await refusalOf(whoAmI({ accessToken: new Secret(token) }))).toEqual({
        status: 401,
        errcode: 'M_UNKNOWN_TOKEN',
        softLogout: false,
      });
    });

    it('has no owner after the logout', async () => {
      const grant = await logIn(asUser(alice.mxid));
      expect((await whoAmI(grant)).mxid).toBe(alice.mxid);
      await accounts.logOut(grant.accessToken);
      await accounts.forget();
      expect(await refusalOf(whoAmI(grant))).toEqual({ status: 401, errcode: 'M_UNKNOWN_TOKEN', softLogout: false });
    });
  });
}
