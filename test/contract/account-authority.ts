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

/** An authority with what stands behind it, as the contract needs it. */
export interface AccountsUnderTest {
  readonly authority: AccountAuthority;
  readonly serverName: ServerName;
  addUser(localpart: string): Promise<TestUser>;
  /** Notes in the address book that the address was added to the user, who may be anybody's. */
  addAddress(mxid: Mxid, address: ThirdPartyAddress): Promise<void>;
  deactivate(mxid: Mxid): Promise<void>;
  devicesOf(mxid: Mxid): Promise<readonly string[]>;
  /** A login token for the user, after authentication with the password. */
  mintLoginToken(accessToken: Secret, user: TestUser): Promise<Secret>;
  logOut(accessToken: Secret): Promise<void>;
  /** Lets so much time pass that nothing is remembered which may be forgotten. */
  forget(): Promise<void>;
}

/** What a client would see of a refusal. */
export interface Refusal {
  readonly status: number;
  readonly errcode: string;
  /** Undefined where the authority leaves the words to the surface. */
  readonly error?: string;
  readonly softLogout?: boolean;
}

/** The refusal that the work ends in; fails where it does not. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    (value) => expect.fail(`expected a refusal, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AccountFailure)) throw error;
  const { fact } = error;
  switch (fact.kind) {
    case 'refused_upstream':
      return { status: fact.status, errcode: String(fact.body['errcode']), error: String(fact.body['error']) };
    case 'wrong_credentials':
    case 'login_token_invalid':
    case 'not_yourself':
      return { status: 403, errcode: 'M_FORBIDDEN' };
    case 'user_deactivated':
      return { status: 403, errcode: 'M_USER_DEACTIVATED' };
    case 'login_type_unknown':
      return { status: 400, errcode: 'M_UNKNOWN' };
    case 'token_unknown':
      return { status: 401, errcode: 'M_UNKNOWN_TOKEN', softLogout: fact.softLogout };
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

/** A login with a password, as the surface of version 3 would hand it over. */
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

/** A login of a type that is neither. */
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

/** What every account authority does; `open` gives one that the suite may use, with users of other tests in it. */
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
    ])('takes %s, and answers the Matrix ID as it is written', async (_, user) => {
      const grant = await logIn(asUser(user()));
      expect(grant.mxid).toBe(alice.mxid);
      expect(await whoAmI(grant)).toEqual({ mxid: alice.mxid, deviceId: grant.deviceId });
    });

    it('makes one device, of the ID that was asked for', async () => {
      const grant = await logIn(asUser(alice.mxid, alice.password, { device_id: 'KITCHEN' }));
      expect(grant.deviceId).toBe('KITCHEN');
      expect(await accounts.devicesOf(alice.mxid)).toEqual(['KITCHEN']);
    });

    it('makes one device with an ID of its own where none was asked for', async () => {
      const grant = await logIn(asUser(alice.mxid));
      expect(grant.deviceId).not.toBe('');
      expect(await accounts.devicesOf(alice.mxid)).toEqual([grant.deviceId]);
    });

    it('on a known device adds no device', async () => {
      await logIn(asUser(alice.mxid, alice.password, { device_id: 'KITCHEN' }));
      await logIn(asUser(alice.mxid, alice.password, { device_id: 'KITCHEN' }));
      expect(await accounts.devicesOf(alice.mxid)).toEqual(['KITCHEN']);
    });

    it('has a refresh token and an end only where the client can refresh', async () => {
      const lasting = await logIn(asUser(alice.mxid));
      expect(lasting).toMatchObject({ refreshToken: undefined, expiresInMs: undefined });
      const refreshable = await logIn(asUser(alice.mxid, alice.password, { refresh_token: true }));
      expect(refreshable.refreshToken?.reveal()).toMatch(/./);
      expect(refreshable.expiresInMs).toBeGreaterThan(0);
    });

    it('leaves no device where it is refused', async () => {
      await refusalOf(logIn(asUser(alice.mxid, 'wrong')));
      expect(await accounts.devicesOf(alice.mxid)).toEqual([]);
    });

    it('is refused to those who are deactivated', async () => {
      await accounts.deactivate(alice.mxid);
      const { status, errcode } = await refusalOf(logIn(asUser(alice.mxid)));
      expect(status).toBe(403);
      expect(['M_FORBIDDEN', 'M_USER_DEACTIVATED']).toContain(errcode);
    });
  });

  describe('a login by an address that was added to the account', () => {
    const phone = (more: object) => ({ type: 'm.id.phone', ...more });
    const email = (address: string) => ({ type: 'm.id.thirdparty', medium: 'email', address });
    const number = () => `74706${String(10_000 + count)}`;

    it.each<[string, () => Readonly<Record<string, unknown>>]>([
      ['a phone number of its country', () => phone({ country: 'GB', phone: `0${number()}` })],
      ['a phone number by its older name', () => phone({ country: 'GB', number: `0${number()}` })],
      ['an international phone number', () => phone({ country: 'US', phone: `+44 ${number()}` })],
      ['digits', () => ({ type: 'm.id.thirdparty', medium: 'msisdn', address: `44${number()}` })],
    ])('takes %s', async (_, identifier) => {
      await accounts.addAddress(alice.mxid, { medium: 'msisdn', address: `44${number()}` });
      expect((await logIn(passwordLogin(identifier(), alice.password))).mxid).toBe(alice.mxid);
    });

    it('takes e-mail addresses in any case', async () => {
      await accounts.addAddress(alice.mxid, { medium: 'email', address: `strauss${count}@mail.test` });
      const grant = await logIn(passwordLogin(email(` Strauß${count}@MAIL.test`), alice.password));
      expect(grant.mxid).toBe(alice.mxid);
      expect(await accounts.devicesOf(alice.mxid)).toEqual([grant.deviceId]);
    });

    it('needs the password all the same', async () => {
      await accounts.addAddress(alice.mxid, { medium: 'email', address: `careful${count}@mail.test` });
      expect(await refusalOf(logIn(passwordLogin(email(`careful${count}@mail.test`), 'wrong')))).toMatchObject({
        status: 403,
        errcode: 'M_FORBIDDEN',
      });
    });

    it('is refused where the account is on another server, whoever has its localpart here', async () => {
      const namesake = `${alice.mxid.slice(0, alice.mxid.indexOf(':'))}:elsewhere.test` as Mxid;
      await accounts.addAddress(namesake, { medium: 'email', address: `namesake${count}@mail.test` });
      expect(await refusalOf(logIn(passwordLogin(email(`namesake${count}@mail.test`), alice.password)))).toMatchObject({
        status: 403,
        errcode: 'M_FORBIDDEN',
      });
      expect(await accounts.devicesOf(alice.mxid)).toEqual([]);
    });
  });

  it('refuses a wrong password, an unknown user, an unknown address and users of other servers in the same words', async () => {
    const refusals = await Promise.all(
      [
        asUser(alice.mxid, 'wrong'),
        asUser('nobody-has-this-name'),
        asUser(`@${localpart()}:elsewhere.test`),
        passwordLogin({ type: 'm.id.thirdparty', medium: 'email', address: 'nobody@mail.test' }, alice.password),
        passwordLogin({ type: 'm.id.phone', country: 'GB', phone: '07470699999' }, alice.password),
      ].map((attempt) => refusalOf(logIn(attempt))),
    );
    const [first] = refusals;
    expect(first).toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' });
    expect(refusals).toEqual(refusals.map(() => first));
  });

  it('refuses a type of login that it does not know', async () => {
    expect(await refusalOf(logIn(otherLogin('org.example.knock', alice.mxid)))).toMatchObject({
      status: 400,
      errcode: 'M_UNKNOWN',
    });
  });

  describe('a login token', () => {
    it('logs in once, as the user whose it is', async () => {
      const token = await accounts.mintLoginToken((await logIn(asUser(alice.mxid))).accessToken, alice);
      expect((await logIn(tokenLogin(token))).mxid).toBe(alice.mxid);
      expect(await refusalOf(logIn(tokenLogin(token)))).toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' });
    });

    it('that was never given out is refused', async () => {
      expect(await refusalOf(logIn(tokenLogin(new Secret('syl_never_given_out'))))).toMatchObject({
        status: 403,
        errcode: 'M_FORBIDDEN',
      });
    });
  });

  describe('an access token', () => {
    afterEach(() => accounts.forget());

    it.each(['syt_never_given_out', 'not a token', 'ключ', ''])('is nobody’s where it is %j', async (token) => {
      expect(await refusalOf(whoAmI({ accessToken: new Secret(token) }))).toEqual({
        status: 401,
        errcode: 'M_UNKNOWN_TOKEN',
        softLogout: false,
      });
    });

    it('is nobody’s after the logout', async () => {
      const grant = await logIn(asUser(alice.mxid));
      expect((await whoAmI(grant)).mxid).toBe(alice.mxid);
      await accounts.logOut(grant.accessToken);
      await accounts.forget();
      expect(await refusalOf(whoAmI(grant))).toEqual({ status: 401, errcode: 'M_UNKNOWN_TOKEN', softLogout: false });
    });
  });
}
