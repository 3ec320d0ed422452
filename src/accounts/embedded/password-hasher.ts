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
 * Hashes passwords, a few at a time: each takes memory and a processor. What does not fit into its
 * queue throws AccountFailure overloaded. Passwords are the same if they are the same in Unicode's
 * form NFKC.
 */
export interface PasswordHasher {
  /**
   * Returns a PHC string; throws AccountFailure parameter_invalid for a password that is empty or
   * too long.
   */
  hash(password: Secret): Promise<Secret>;
  /** What is wrong with a password as a new one, or undefined if it may be one. */
  problemOf(password: Secret): string | undefined;
  /**
   * Returns whether it is the password of that PHC string. The work is the same if there is none to
   * compare with. Work for callers without an access token waits in a part of the queue only.
   */
  verify(phc: Secret | undefined, password: Secret, caller?: 'authenticated' | 'unauthenticated'): Promise<boolean>;
  /** Returns whether the PHC string was made with the parameters of today. */
  isCurrent(phc: Secret): boolean;
  /** How much is under way. */
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
/** Of the queue, for callers without an access token. */
const partOfUnauthenticated = 3 / 4;

/** Returns a hasher by Argon2id (RFC 9106). */
export function createPasswordHasher(deps: QueueBounds & { readonly random: Random }): PasswordHasher {
  const { random } = deps;
  const queue = new WorkQueue(deps);
  const shares = {
    authenticated: [],
    unauthenticated: [shareOf(deps, 'unauthenticated', partOfUnauthenticated)],
  };
  const unpadded = (length: number) => random.bytes(length).toString('base64').replace(/=+$/, '');
  /** Of no password that anybody knows. */
  const nobodys = `${prefix}${unpadded(saltBytes)}$${unpadded(outputLen)}`;

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
      const [against, tried] = isPossible ? [phc.reveal(), normalised(password)] : [nobodys, ''];
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
