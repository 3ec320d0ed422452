import type { Mxid, ServerName } from '../../base/mxid.js';
import type { Runtime } from '../../base/runtime.js';
import type { Secret } from '../../base/secret.js';
import type { Database, Transaction } from '../../database/database.js';
import type { AccessTokenRecord } from '../../database/tables/access-tokens.js';
import type { AccountRecord } from '../../database/tables/accounts.js';
import type { AccountThreepids } from '../account-threepids.js';
import type { AccountAuthority, LoginAttempt, LoginGrant, UserIdentifier } from '../authority.js';
import { AccountFailure } from '../failure.js';
import type { OpenIdTokens } from '../open-id.js';
import type { Revoker } from '../revocation.js';
import type { AccountSessions } from '../sessions.js';
import { createUserInteractiveAuth, type UserInteractiveAuth } from '../uia/user-interactive-auth.js';
import type { AccountDevices } from '../devices.js';
import { readDeviceName } from './device-name.js';
import { createEmbeddedDevices } from './embedded-devices.js';
import { createFindAccount } from './find-account.js';
import { createLoginGuard } from './login-guard.js';
import type { PasswordHasher } from './password-hasher.js';
import { createPasswordStage } from './password-stage.js';
import { createOpenIdService } from './open-id-service.js';
import { createTokenService, endDevice, orThrow, type TokenLifetimes, findHolder } from './token-service.js';
import { hashToken, isTokenOf, makeToken } from './token-format.js';

/** Matrix accounts of this daemon, for use without a homeserver. */
export interface EmbeddedAccounts extends AccountAuthority, AccountSessions {
  /** Shared by all endpoints, so that guesses are counted together. */
  readonly userInteractiveAuth: UserInteractiveAuth;
  readonly openIdTokens: OpenIdTokens;
  readonly devices: AccountDevices;
  /** Deletes expired rows. Must be called regularly. */
  sweep(): Promise<void>;
}

export interface EmbeddedAccountsDeps extends Runtime {
  readonly database: Database;
  readonly serverName: ServerName;
  readonly accountThreepids: AccountThreepids;
  readonly hasher: PasswordHasher;
  readonly revoker: Revoker;
  readonly lifetimes: TokenLifetimes & { readonly loginTokenMs: number };
  /** The `well_known` that clients receive at login, or undefined if they keep their server. */
  readonly wellKnown: Readonly<Record<string, unknown>> | undefined;
}

const maxDeviceIdLength = 512;
const loginTokenEveryMs = 60_000;
const unfitForDeviceId = /[\p{Cc}\p{Cs}]/u;
const getTokenOperation = { method: 'POST', path: '/_matrix/client/v1/login/get_token', params: {} } as const;

/**
 * Creates the accounts. A login first checks the credentials, then whether the account is
 * deactivated, then the device. It creates the tokens last.
 */
export function createEmbeddedAccounts(deps: EmbeddedAccountsDeps): EmbeddedAccounts {
  const { database, hasher, revoker, lifetimes, wellKnown, clock, random } = deps;
  const findAccount = createFindAccount(deps);
  const tokenService = createTokenService(deps);
  const uia = createUserInteractiveAuth({
    database,
    stages: [createPasswordStage({ findAccount, hasher })],
    flows: [['m.login.password']],
    clock,
    random,
  });
  const guard = createLoginGuard({ database, userInteractiveAuth: uia });

  async function logInByPassword(attempt: LoginAttempt, identifier: UserIdentifier, password: Secret) {
    for (;;) {
      const account = await findAccount(identifier);
      const isRight = await hasher.verify(account?.passwordHash, password, 'unauthenticated');
      if (!account?.passwordHash || !isRight) throw new AccountFailure({ kind: 'wrong_credentials' });
      const grant = await admit(
        attempt,
        account.mxid,
        account.passwordHash,
        await renewed(account.passwordHash, password),
      );
      if (grant) return grant;
    }
  }

  /**
   * Returns the hash with the current parameters, or undefined if it already has them or the hasher
   * is overloaded.
   */
  async function renewed(passwordHash: Secret, password: Secret): Promise<Secret | undefined> {
    if (hasher.isCurrent(passwordHash)) return undefined;
    try {
      return await hasher.hash(password);
    } catch (error) {
      if (error instanceof AccountFailure && error.details.kind === 'overloaded') return undefined;
      throw error;
    }
  }

  /** Returns undefined if the password was changed after it was checked. */
  function admit(attempt: LoginAttempt, mxid: Mxid, checked: Secret, renewedHash: Secret | undefined) {
    return database.transaction(async (tx) => {
      const account = await tx.accounts.hold(mxid);
      if (!account?.passwordHash?.equals(checked)) return undefined;
      const grant = await grantTo(tx, account, attempt);
      if (renewedHash) await tx.accounts.renewPasswordHash(mxid, renewedHash);
      return grant;
    });
  }

  async function logInByToken(attempt: LoginAttempt, token: Secret): Promise<LoginGrant> {
    const invalid = new AccountFailure({ kind: 'login_token_invalid' });
    if (!isTokenOf('login', token)) throw invalid;
    const tokenHash = hashToken(token);
    const outcome = await database.transaction(async (tx) => {
      const seen = await tx.loginTokens.find(tokenHash);
      const account = seen && (await tx.accounts.hold(seen.mxid));
      if (!account || !(await tx.loginTokens.use(tokenHash, clock.now()))) return invalid;
      return seen.expiresAt > clock.now() ? grantOrRefuse(tx, account, attempt) : invalid;
    });
    if (outcome instanceof AccountFailure) throw outcome;
    return outcome;
  }

  /**
   * Returns the failure instead of throwing it, so that the transaction commits, including the use
   * of the token.
   */
  async function grantOrRefuse(tx: Transaction, account: AccountRecord, attempt: LoginAttempt) {
    try {
      return await grantTo(tx, account, attempt);
    } catch (error) {
      if (error instanceof AccountFailure) return error;
      throw error;
    }
  }

  /** Throws before it writes anything. */
  async function grantTo(tx: Transaction, account: AccountRecord, attempt: LoginAttempt): Promise<LoginGrant> {
    if (account.deactivatedAt !== undefined) throw new AccountFailure({ kind: 'user_deactivated' });
    const { mxid } = account;
    const device = { mxid, deviceId: readDeviceId(attempt.deviceId), deviceName: readDeviceName(attempt.deviceName) };
    const issued = await tokenService.issue(tx, device, attempt.wantsRefreshToken);
    return { mxid, ...issued, extra: wellKnown === undefined ? {} : { well_known: wellKnown } };
  }

  const holderOf = (accessToken: Secret) => findHolder({ database, tokenService }, accessToken);

  /**
   * Accepts an expired access token: its refresh token may still be valid, and ending a login must
   * not require more than using it.
   */
  async function endLogins(
    accessToken: Secret,
    end: (tx: Transaction, login: AccessTokenRecord) => Promise<void>,
  ): Promise<void> {
    await database.transaction(async (tx) => {
      const login = await tokenService.findAny(tx, accessToken);
      if (!login) throw new AccountFailure({ kind: 'token_unknown', softLogout: false });
      await end(tx, login);
    });
  }

  async function refuseIfTooSoon(tx: Transaction, mxid: Mxid): Promise<void> {
    const newest = await tx.loginTokens.findNewestTime(mxid);
    const retryAfterMs = newest === undefined ? 0 : newest + loginTokenEveryMs - clock.now();
    if (retryAfterMs > 0) throw new AccountFailure({ kind: 'rate_limited', retryAfterMs });
  }

  return {
    userInteractiveAuth: uia,
    openIdTokens: createOpenIdService({ database, tokenService, clock, random }),
    devices: createEmbeddedDevices({ database, userInteractiveAuth: uia }),

    loginFlows: () => Promise.resolve([{ type: 'm.login.password' }, { type: 'm.login.token', get_login_token: true }]),

    async logIn(attempt) {
      const { proof } = attempt;
      switch (proof.kind) {
        case 'password':
          return logInByPassword(attempt, proof.identifier, proof.password);
        case 'token':
          return logInByToken(attempt, proof.token);
        case 'other':
          throw new AccountFailure({ kind: 'login_type_unknown', type: proof.type });
      }
    },

    async whoAmI(token) {
      const { mxid, deviceId } = await holderOf(token);
      return { mxid, deviceId };
    },

    async refresh(refreshToken) {
      return orThrow(await database.transaction((tx) => tokenService.refresh(tx, refreshToken)));
    },

    logOut: (accessToken) => endLogins(accessToken, (tx, { mxid, deviceId }) => endDevice(tx, mxid, deviceId)),

    logOutAll: (accessToken) =>
      endLogins(accessToken, (tx, { mxid }) => revoker.revoke(tx, { mxid, events: ['log_out'], at: clock.now() })),

    async mintLoginToken(accessToken, auth) {
      const { mxid } = await holderOf(accessToken);
      await database.transaction((tx) => refuseIfTooSoon(tx, mxid));
      const requireUnchanged = await guard.authenticate({ mxid, accessToken }, getTokenOperation, auth);
      const loginToken = makeToken('login', random);
      const expiresInMs = lifetimes.loginTokenMs;
      const holder = await database.transaction(async (tx) => {
        await requireUnchanged(tx);
        await refuseIfTooSoon(tx, mxid);
        const still = await tokenService.findHolder(tx, accessToken);
        const createdAt = clock.now();
        const times = { createdAt, expiresAt: createdAt + expiresInMs };
        if (!still.ok) return still;
        const { deviceId } = still.value;
        await tx.loginTokens.insert({ tokenHash: hashToken(loginToken), mxid, deviceId, ...times });
        return still;
      });
      orThrow(holder);
      return { loginToken, expiresInMs };
    },

    async sweep() {
      const now = clock.now();
      await database.transaction(async (tx) => {
        await tx.loginTokens.deleteExpired(now - loginTokenEveryMs);
        await tx.openIdTokens.deleteExpired(now);
        await tx.accessTokens.deleteOver(now - lifetimes.refreshTokenMs);
        await tx.refreshTokens.deleteOver(now - lifetimes.refreshTokenMs);
      });
      await uia.sweep();
    },
  };
}

function readDeviceId(deviceId: string | undefined): string | undefined {
  if (deviceId === undefined || deviceId === '') return undefined;
  const problem = problemOfDeviceId(deviceId);
  if (problem === undefined) return deviceId;
  throw new AccountFailure({ kind: 'parameter_invalid', name: 'device_id', problem });
}

function problemOfDeviceId(deviceId: string): string | undefined {
  if (deviceId.length > maxDeviceIdLength) return `It must have at most ${maxDeviceIdLength} characters.`;
  return unfitForDeviceId.test(deviceId) ? 'It must not have control characters or halves of characters.' : undefined;
}
