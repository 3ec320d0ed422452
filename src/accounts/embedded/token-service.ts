import type { Clock } from '../../base/clock.js';
import { createLeakyBuckets, type Allowance } from '../../base/leaky-buckets.js';
import type { Logger } from '../../base/logger.js';
import type { Mxid } from '../../base/mxid.js';
import { type Random, randomId } from '../../base/random.js';
import type { Secret } from '../../base/secret.js';
import type { Transaction } from '../../database/database.js';
import type { AccessTokenRecord } from '../../database/tables/access-tokens.js';
import { AccountFailure } from '../failure.js';
import { hashToken, isTokenOf, makeToken } from './token-format.js';

/** How long tokens are good. */
export interface TokenLifetimes {
  /** Of an access token whose client can refresh it; others do not expire. */
  readonly accessTokenMs: number;
  /** Of a refresh token that is not used. */
  readonly refreshTokenMs: number;
}

/** The tokens that a client gets. */
export interface IssuedTokens {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
  readonly expiresInMs: number | undefined;
}

/**
 * What became of a token that somebody has shown; `softLogout` if its user may log in again and
 * keep all keys.
 */
export type Found<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly softLogout: boolean };

/** The device that a login is for. */
export interface LoginDevice {
  readonly mxid: Mxid;
  /** Undefined if the device is a new one. */
  readonly deviceId: string | undefined;
  readonly deviceName: string | undefined;
}

/**
 * Gives out access and refresh tokens and takes them back. Whoever changes an account's tokens
 * holds the account.
 */
export interface TokenService {
  /** Tokens for the device, whose earlier ones end; the account is held by the caller. */
  issue(
    tx: Transaction,
    device: LoginDevice,
    wantsRefreshToken: boolean,
  ): Promise<IssuedTokens & { readonly deviceId: string }>;
  /** Whose access token it is; its first use ends the refresh token that it was given for. */
  findHolder(tx: Transaction, accessToken: Secret): Promise<Found<AccessTokenRecord>>;
  /**
   * Returns the access token's record, expired or not, and holds its account, or undefined if the
   * token is unknown.
   */
  findAny(tx: Transaction, accessToken: Secret): Promise<AccessTokenRecord | undefined>;
  /**
   * Returns new tokens for a refresh token, which stays good until one of the new is used. A spent
   * one that has not expired ends all tokens of its login. Throws AccountFailure rate_limited if
   * the login has refreshed too often.
   */
  refresh(tx: Transaction, refreshToken: Secret): Promise<Found<IssuedTokens>>;
}

/** Refreshes of one login. A client refreshes when its access token expires, after some minutes. */
const refreshesPerLogin: Allowance = { max: 30, windowMs: 10 * 60_000 };
/** How many answers to one refresh token are kept until one of them is used. */
const maxUnusedAnswers = 10;

/** Returns the token service. */
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
   * Returns the first use of what was given out with that refresh token: of several answers to one
   * refresh it is the one that counts.
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
      // First, since what was never used and expired when another answer was used is no sign of
      // theft.
      if (held.expiresAt !== undefined && held.expiresAt <= now) return over;
      if (held.spentAt !== undefined) {
        logger.warn('a refresh token was used again; all tokens of its login end', { mxid, deviceId });
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
 * What was found; a spent token has had its consequences by now, and they stay. Throws
 * AccountFailure token_unknown.
 */
export function orThrow<T>(found: Found<T>): T {
  if (found.ok) return found.value;
  throw new AccountFailure({ kind: 'token_unknown', softLogout: found.softLogout });
}

/** Ends the login on that device; the account is held by the caller. */
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

/** Ten upper-case letters, as clients know them. */
function makeDeviceId(random: Random): string {
  const letters = 26n;
  let bits = BigInt(`0x${random.bytes(16).toString('hex')}`);
  let text = '';
  for (; text.length < 10; bits /= letters) text += String.fromCodePoint(65 + Number(bits % letters));
  return text;
}
