import type { Clock } from '../../base/clock.js';
import { createLeakyBuckets, type Allowance } from '../../base/leaky-buckets.js';
import type { Logger } from '../../base/logger.js';
import type { Mxid } from '../../base/mxid.js';
import { type Random, randomId } from '../../base/random.js';
import type { Secret } from '../../base/secret.js';
import type { Database, Readers, Transaction } from '../../database/database.js';
import type { AccessTokenRecord } from '../../database/tables/access-tokens.js';
import { AccountFailure } from '../failure.js';
import { hashToken, isTokenOf, makeToken } from './token-format.js';

/** The lifetimes of tokens. */
export interface TokenLifetimes {
  /** Of an access token that the client can refresh. Others do not expire. */
  readonly accessTokenMs: number;
  /** Of an unused refresh token. */
  readonly refreshTokenMs: number;
}

/** The tokens of a login. */
export interface IssuedTokens {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
  readonly expiresInMs: number | undefined;
}

/**
 * The result of looking up a token. `softLogout` if the user may log in again on the same device
 * and keep all keys.
 */
export type Found<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly softLogout: boolean };

/** The device of a login. */
export interface LoginDevice {
  readonly mxid: Mxid;
  /** Undefined for a new device. */
  readonly deviceId: string | undefined;
  readonly deviceName: string | undefined;
}

/**
 * Issues, refreshes and revokes access and refresh tokens. Before changing the tokens of an
 * account, the caller must lock the account's row.
 */
export interface TokenService {
  /**
   * Issues tokens for the device and ends its earlier ones. The caller must have locked the
   * account.
   */
  issue(
    tx: Transaction,
    device: LoginDevice,
    wantsRefreshToken: boolean,
  ): Promise<IssuedTokens & { readonly deviceId: string }>;
  /**
   * Finds the record of an access token that was used before. Returns undefined if its first use is
   * still to be recorded, for which there is `findHolder`.
   */
  findUsed(readers: Pick<Readers, 'accessTokens'>, accessToken: Secret): Promise<Found<AccessTokenRecord> | undefined>;
  /**
   * Finds the record of an access token. Its first use ends the refresh token that it was issued
   * for.
   */
  findHolder(tx: Transaction, accessToken: Secret): Promise<Found<AccessTokenRecord>>;
  /**
   * Finds the record of an access token, even if expired, and locks its account. Returns undefined
   * if the token is unknown.
   */
  findAny(tx: Transaction, accessToken: Secret): Promise<AccessTokenRecord | undefined>;
  /**
   * Returns new tokens for a refresh token, which stays valid until one of the new tokens is used.
   * A used refresh token that has not expired ends all tokens of its login. Throws AccountFailure
   * rate_limited if the login refreshed too often.
   */
  refresh(tx: Transaction, refreshToken: Secret): Promise<Found<IssuedTokens>>;
}

/** Refreshes of one login. A client refreshes when its access token expires, after some minutes. */
const refreshesPerLogin: Allowance = { max: 30, windowMs: 10 * 60_000 };
/** The number of answers to one refresh token that are kept until one of them is used. */
const maxUnusedAnswers = 10;

/** Creates the token service. */
export function createTokenService(deps: {
  readonly lifetimes: TokenLifetimes;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}): TokenService {
  const { lifetimes, clock, random, logger } = deps;
  const refreshes = createLeakyBuckets(refreshesPerLogin, clock);

  function admitRefresh(family: string): void {
    const retryAfterMs = refreshes.waitMs(family);
    if (retryAfterMs > 0) throw new AccountFailure({ kind: 'rate_limited', retryAfterMs });
    refreshes.add(family);
  }

  async function insert(tx: Transaction, login: Generation, refreshable: boolean): Promise<IssuedTokens> {
    const createdAt = clock.now();
    const accessToken = makeToken('access', random);
    const refreshToken = refreshable ? makeToken('refresh', random) : undefined;
    const refreshHash = refreshToken && hashToken(refreshToken);
    const expiresInMs = refreshable ? lifetimes.accessTokenMs : undefined;
    await tx.accessTokens.insert({
      ...login,
      tokenHash: hashToken(accessToken),
      refreshHash,
      createdAt,
      expiresAt: expiresInMs === undefined ? undefined : createdAt + expiresInMs,
    });
    if (refreshHash === undefined) return { accessToken, refreshToken, expiresInMs };
    await tx.refreshTokens.insert({
      ...login,
      tokenHash: refreshHash,
      createdAt,
      expiresAt: createdAt + lifetimes.refreshTokenMs,
      spentAt: undefined,
    });
    return { accessToken, refreshToken, expiresInMs };
  }

  /**
   * Records the first use of a token issued for that refresh token. If one refresh token had
   * several answers, the first one used counts.
   */
  async function settle(tx: Transaction, { family, parentHash }: Generation, refreshHash: string): Promise<void> {
    if (parentHash === undefined) return;
    await tx.accessTokens.settle(family, parentHash, refreshHash, clock.now());
    await tx.refreshTokens.settle(parentHash, refreshHash, clock.now());
  }

  async function insertDevice(tx: Transaction, { mxid, deviceId, deviceName }: LoginDevice): Promise<string> {
    const insertAs = (id: string) =>
      tx.devices.insert({ mxid, deviceId: id, displayName: deviceName, createdAt: clock.now() });
    if (deviceId !== undefined) {
      if (!(await insertAs(deviceId))) await endTokensOf(tx, mxid, deviceId);
      return deviceId;
    }
    for (;;) {
      const fresh = makeDeviceId(random);
      if (await insertAs(fresh)) return fresh;
    }
  }

  return {
    async issue(tx, device, wantsRefreshToken) {
      const deviceId = await insertDevice(tx, device);
      const login = { mxid: device.mxid, deviceId, family: randomId(random), parentHash: undefined };
      return { ...(await insert(tx, login, wantsRefreshToken)), deviceId };
    },

    async findUsed(readers, accessToken) {
      if (!isTokenOf('access', accessToken)) return unknown;
      const seen = await readers.accessTokens.find(hashToken(accessToken));
      return seen?.parentHash === undefined ? fresh(seen, clock.now()) : undefined;
    },

    async findHolder(tx, accessToken) {
      if (!isTokenOf('access', accessToken)) return unknown;
      const tokenHash = hashToken(accessToken);
      const seen = await tx.accessTokens.find(tokenHash);
      if (seen?.parentHash === undefined) return fresh(seen, clock.now());
      await tx.accounts.hold(seen.mxid);
      const held = fresh(await tx.accessTokens.find(tokenHash), clock.now());
      if (held.ok && held.value.refreshHash !== undefined) await settle(tx, held.value, held.value.refreshHash);
      return held;
    },

    async findAny(tx, accessToken) {
      if (!isTokenOf('access', accessToken)) return undefined;
      const tokenHash = hashToken(accessToken);
      const seen = await tx.accessTokens.find(tokenHash);
      if (!seen) return undefined;
      await tx.accounts.hold(seen.mxid);
      return tx.accessTokens.find(tokenHash);
    },

    async refresh(tx, refreshToken) {
      if (!isTokenOf('refresh', refreshToken)) return unknown;
      const tokenHash = hashToken(refreshToken);
      const seen = await tx.refreshTokens.find(tokenHash);
      if (!seen) return unknown;
      await tx.accounts.hold(seen.mxid);
      const held = await tx.refreshTokens.find(tokenHash);
      if (!held) return unknown;
      const { mxid, deviceId, family } = held;
      const now = clock.now();
      // Checked first: a token that expired unused is no sign of theft, even if another answer was
      // used.
      if (held.expiresAt !== undefined && held.expiresAt <= now) return over;
      if (held.spentAt !== undefined) {
        logger.warn('refresh token reused', { mxid, deviceId });
        await tx.accessTokens.expireFamily(family, now);
        await tx.refreshTokens.spendFamily(family, now);
        return over;
      }
      admitRefresh(family);
      await settle(tx, held, tokenHash);
      await tx.accessTokens.deleteOldestUnused(family, tokenHash, maxUnusedAnswers - 1);
      await tx.refreshTokens.deleteOldestUnused(family, tokenHash, maxUnusedAnswers - 1);
      return { ok: true, value: await insert(tx, { mxid, deviceId, family, parentHash: tokenHash }, true) };
    },
  };
}

/**
 * Finds the holder of an access token, in a transaction only if its first use is to be recorded.
 * Throws AccountFailure token_unknown.
 */
export async function findHolder(
  {
    database,
    tokenService,
  }: { readonly database: Database; readonly tokenService: Pick<TokenService, 'findUsed' | 'findHolder'> },
  accessToken: Secret,
): Promise<AccessTokenRecord> {
  const used = await database.read((readers) => tokenService.findUsed(readers, accessToken));
  return orThrow(used ?? (await database.transaction((tx) => tokenService.findHolder(tx, accessToken))));
}

/**
 * Returns the value that was found. Throws AccountFailure token_unknown otherwise; the effects of a
 * reused token remain.
 */
export function orThrow<T>(found: Found<T>): T {
  if (found.ok) return found.value;
  throw new AccountFailure({ kind: 'token_unknown', softLogout: found.softLogout });
}

/** Ends the login on that device. The caller must have locked the account. */
export async function endDevice(tx: Transaction, mxid: Mxid, deviceId: string): Promise<void> {
  await endTokensOf(tx, mxid, deviceId);
  await tx.devices.delete(mxid, deviceId);
}

interface Generation {
  readonly mxid: Mxid;
  readonly deviceId: string;
  readonly family: string;
  readonly parentHash: string | undefined;
}

const unknown = { ok: false, softLogout: false } as const;
const over = { ok: false, softLogout: true } as const;

function fresh(token: AccessTokenRecord | undefined, now: number): Found<AccessTokenRecord> {
  if (!token) return unknown;
  return token.expiresAt !== undefined && token.expiresAt <= now ? over : { ok: true, value: token };
}

async function endTokensOf(tx: Transaction, mxid: Mxid, deviceId: string): Promise<void> {
  await tx.accessTokens.deleteByDevice(mxid, deviceId);
  await tx.refreshTokens.deleteByDevice(mxid, deviceId);
  await tx.loginTokens.deleteByDevice(mxid, deviceId);
  await tx.openIdTokens.deleteByDevice(mxid, deviceId);
}

/** Returns ten upper-case letters, the usual form of device IDs. */
function makeDeviceId(random: Random): string {
  const letters = 26n;
  let bits = BigInt(`0x${random.bytes(16).toString('hex')}`);
  let text = '';
  for (; text.length < 10; bits /= letters) text += String.fromCodePoint(65 + Number(bits % letters));
  return text;
}
