import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Logger } from '../base/logger.js';
import { Secret } from '../base/secret.js';
import { clientNetwork } from './client-ip.js';
import type { HttpProblem } from './problem.js';

/** What an authenticator may look at. */
export interface Credentials {
  /** The Authorization header as Node gives it: one character per byte. */
  readonly authorization: string | undefined;
  readonly clientAddress: string;
}

/** Resolves to undefined for those who may pass, else to the problem to answer with. */
export type Authenticator = (credentials: Credentials) => Promise<HttpProblem | undefined>;

/** Lets everybody pass: for surfaces that have nothing to protect. */
export const anybody: Authenticator = () => Promise.resolve(undefined);

/** What createBearerAuth needs. */
export interface BearerAuthDeps {
  /** Any of them will do, so that a secret can be replaced without a moment in which neither works. */
  readonly secrets: readonly Secret[];
  readonly logger: Logger;
  /** How many wrong secrets one client may send within `windowMs` before they are answered with `too_many_attempts`. */
  readonly failuresAllowed: number;
  readonly windowMs: number;
}

/**
 * Lets those pass who send exactly `Authorization: Bearer <secret>`; compares in constant time, with all the secrets.
 * A right secret always passes, however many wrong ones came from its address before: everybody behind one proxy or one
 * integration manager shares an address, and must not be locked out by a stranger there. What keeps guessing hopeless is
 * the length of the secret; the limit keeps it cheap, and visible in the log.
 */
export function createBearerAuth(deps: BearerAuthDeps): Authenticator {
  const { secrets, logger, failuresAllowed, windowMs } = deps;
  const expected = secrets.map((secret) => new Secret(`Bearer ${secret.reveal()}`));
  const failures = new RateLimiterMemory({ points: failuresAllowed, duration: windowMs / 1000 });

  return async ({ authorization, clientAddress }) => {
    // Nothing was guessed, so nothing is counted.
    if (authorization === undefined) return { kind: 'unauthorized' };
    // Secrets are UTF-8, and Node reads headers byte by byte.
    const given = new Secret(Buffer.from(authorization, 'latin1').toString('utf8'));
    if (expected.map((secret) => secret.equals(given)).includes(true)) return undefined;
    try {
      await failures.consume(clientNetwork(clientAddress));
      return { kind: 'unauthorized' };
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const isFirst = error.consumedPoints === failuresAllowed + 1;
      if (isFirst) logger.warn('too many wrong secrets from one address', { clientAddress });
      return { kind: 'too_many_attempts', retryAfterMs: error.msBeforeNext };
    }
  };
}
