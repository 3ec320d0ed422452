import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import { Secret } from '../base/secret.js';
import { readBearer, toAccessToken } from './access-token.js';
import { clientNetwork } from './client-ip.js';
import { anonymous, type Principal } from './principal.js';
import type { HttpProblem } from './problem.js';

/** The parts of a request that an authenticator reads. */
export interface Credentials {
  /** The Authorization header as Node returns it: one character per byte. */
  readonly authorization: string | undefined;
  /** The access token, from the header or from the query. */
  readonly accessToken: Secret | undefined;
  readonly clientAddress: string;
  /** On some APIs, a parameter of it decides which token holders are accepted. */
  readonly query?: URLSearchParams | undefined;
  /** Identifies token holders, for APIs with tokens of their own. */
  readonly findTokenHolder?: FindTokenHolder | undefined;
}

/** The authenticated principal, or the problem to answer with. */
export type Admission = { readonly principal: Principal } | { readonly problem: HttpProblem };

/** Authenticates a request. Never rejects because credentials are missing. */
export type Authenticator = (credentials: Credentials) => Promise<Admission>;

/** Accepts every request, for APIs without authentication. */
export const allowAnonymous: Authenticator = () => Promise.resolve({ principal: anonymous });

/** The holder of an access token. */
export type TokenVerdict =
  | { readonly kind: 'user'; readonly mxid: Mxid }
  /** Unknown or expired. */
  | { readonly kind: 'unknown' }
  /** The token cannot be checked at the moment. */
  | { readonly kind: 'unavailable' };

/** Returns the holder of an access token. */
export type FindTokenHolder = (token: Secret, clientAddress: string) => Promise<TokenVerdict>;

/** The settings of an authenticator. They may change, and are read at each request. */
export interface BearerAuthDeps {
  /**
   * Each of them is accepted, so that a secret can be replaced without an interruption.
   */
  readonly secrets: readonly Secret[];
  /** Programs that have secrets of their own. */
  readonly consumers?: readonly { readonly name: string; readonly secret: Secret }[];
  /** If set, the access token of a Matrix user is accepted, too. */
  readonly findTokenHolder?: FindTokenHolder | undefined;
  readonly logger: Logger;
  /**
   * How many wrong secrets one client may send within `windowMs` before they are answered with
   * `too_many_attempts`.
   */
  readonly failuresAllowed: number;
  readonly windowMs: number;
  /** Called for each wrong secret. It must not throw. */
  readonly onRejected?: ((clientAddress: string) => void) | undefined;
}

const unauthorized: Admission = { problem: { kind: 'unauthorized' } };

/**
 * Admits clients that send `Authorization: Bearer <secret>`. Compares with all the secrets, in
 * constant time. A correct secret is always accepted, even if its address has sent many wrong ones:
 * all clients behind one proxy or integration manager share an address, and one of them must not
 * lock out the others. The length of the secret prevents guessing; the limit makes attempts cheap,
 * and visible in the log. An access token is looked up only while its address is below the limit,
 * and at most as many at once as may be wrong.
 */
export function createBearerAuth(deps: BearerAuthDeps): Authenticator {
  const { findTokenHolder, logger } = deps;
  const failures = new RateLimiterMemory({ points: deps.failuresAllowed, duration: deps.windowMs / 1000 });
  const lookups = new Map<string, number>();

  return async ({ authorization, clientAddress, findTokenHolder: find = findTokenHolder }) => {
    const { secrets, consumers = [] } = deps;
    // A request without a secret is no attempt, so it is not counted.
    if (authorization === undefined) return unauthorized;
    // Secrets are UTF-8, and Node reads headers byte by byte.
    const credentials = readBearer(authorization);
    const given = new Secret(Buffer.from(credentials ?? '', 'latin1').toString('utf8'));
    if (secrets.map((secret) => secret.equals(given)).includes(true)) return { principal: { kind: 'service' } };
    const [consumer] = consumers.filter(({ secret }) => secret.equals(given));
    if (consumer) return { principal: { kind: 'consumer', name: consumer.name } };
    const network = clientNetwork(clientAddress);
    const token = toAccessToken(credentials);
    if (find !== undefined && token !== undefined) {
      const admission = await admitHolder(find, token, network, clientAddress);
      if (admission !== undefined) return admission;
    }
    return countFailure(network, clientAddress);
  };

  /** Returns undefined if the token is unknown or was not looked up. */
  async function admitHolder(
    find: FindTokenHolder,
    token: Secret,
    network: string,
    clientAddress: string,
  ): Promise<Admission | undefined> {
    const { failuresAllowed } = deps;
    const wrong = (await failures.get(network))?.consumedPoints ?? 0;
    if (wrong >= failuresAllowed) return undefined;
    const underWay = lookups.get(network) ?? 0;
    if (wrong + underWay >= failuresAllowed) return { problem: { kind: 'too_many_attempts', retryAfterMs: 1000 } };
    lookups.set(network, underWay + 1);
    const verdict = await find(token, clientAddress).finally(() => {
      const left = (lookups.get(network) ?? 1) - 1;
      if (left === 0) lookups.delete(network);
      else lookups.set(network, left);
    });
    switch (verdict.kind) {
      case 'user':
        return { principal: { kind: 'user', mxid: verdict.mxid } };
      case 'unavailable':
        return { problem: { kind: 'authentication_unavailable' } };
      case 'unknown':
        return undefined;
    }
  }

  async function countFailure(network: string, clientAddress: string): Promise<Admission> {
    failures.points = deps.failuresAllowed;
    failures.duration = deps.windowMs / 1000;
    deps.onRejected?.(clientAddress);
    try {
      await failures.consume(network);
      return unauthorized;
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const isFirst = error.consumedPoints === deps.failuresAllowed + 1;
      if (isFirst) logger.warn('too many wrong secrets', { clientAddress });
      return { problem: { kind: 'too_many_attempts', retryAfterMs: error.msBeforeNext } };
    }
  }
}
