import { hash, verify } from '@node-rs/argon2';
import type { Random } from '../../base/random.js';
import { Secret } from '../../base/secret.js';
import {
  QueueFull,
  type QueueBounds,
  type QueueLoad,
  type QueueShare,
  shareOf,
  WorkQueue,
} from '../../base/work-queue.js';
import { AccountFailure } from '../failure.js';

/**
 * Hashes passwords, a few at a time, because each needs much memory and a processor. Throws
 * AccountFailure `overloaded` if its queue is full. Passwords are equal if they are equal in
 * Unicode's form NFKC.
 */
export interface PasswordHasher {
  /**
   * Returns a PHC string. Throws AccountFailure parameter_invalid if the password is empty or too
   * long.
   */
  hash(password: Secret): Promise<Secret>;
  /** Returns why the password cannot be a new password, or undefined if it can. */
  problemOf(password: Secret): string | undefined;
  /**
   * Returns true if the password matches the PHC string. Takes the same time if `phc` is undefined.
   * Callers without an access token may fill only a part of the queue.
   */
  verify(phc: Secret | undefined, password: Secret, caller?: 'authenticated' | 'unauthenticated'): Promise<boolean>;
  /** Returns true if the PHC string has the current parameters. */
  isCurrent(phc: Secret): boolean;
  /** The number of hashes that run and wait. */
  readonly load: QueueLoad;
}

// In UTF-16 units.
const maxPasswordLength = 512;

// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB of memory, two passes and one lane, or
// more.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const prefix = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;
const saltBytes = 16;
const outputLen = 32;
const retryAfterMs = 1_000;
/** The part of the queue for callers without an access token. */
const partOfUnauthenticated = 3 / 4;

/** Creates a hasher that uses Argon2id (RFC 9106). */
export function createPasswordHasher(deps: QueueBounds & { readonly random: Random }): PasswordHasher {
  const { random } = deps;
  const queue = new WorkQueue(deps);
  const shares = {
    authenticated: [],
    unauthenticated: [shareOf(deps, 'unauthenticated', partOfUnauthenticated)],
  };
  const unpadded = (length: number) => random.bytes(length).toString('base64').replace(/=+$/, '');
  /** A hash that no password matches. */
  const unmatchedHash = `${prefix}${unpadded(saltBytes)}$${unpadded(outputLen)}`;

  const runQueued = async <T>(work: () => Promise<T>, taken: readonly QueueShare[] = []): Promise<T> => {
    try {
      return await queue.run(work, { shares: taken });
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      throw new AccountFailure({ kind: 'overloaded', retryAfterMs }, { cause: error });
    }
  };

  return {
    async hash(password) {
      const problem = problemOf(password);
      if (problem !== undefined) {
        throw new AccountFailure({ kind: 'parameter_invalid', name: 'password', problem });
      }
      const options = { ...cost, outputLen, salt: random.bytes(saltBytes) };
      return new Secret(await runQueued(() => hash(normalised(password), options)));
    },

    async verify(phc, password, caller = 'authenticated') {
      const isPossible = phc !== undefined && problemOf(password) === undefined;
      const [against, tried] = isPossible ? [phc.reveal(), normalised(password)] : [unmatchedHash, ''];
      return (await runQueued(() => verify(against, tried), shares[caller])) && isPossible;
    },

    problemOf,

    isCurrent: (phc) => phc.reveal().startsWith(prefix),

    get load() {
      return queue.load;
    },
  };
}

function normalised(password: Secret): string {
  return password.reveal().normalize('NFKC');
}

function problemOf(password: Secret): string | undefined {
  const { length } = password.reveal();
  if (length === 0) return 'A password must not be empty.';
  return length > maxPasswordLength ? `A password has at most ${maxPasswordLength} characters.` : undefined;
}
