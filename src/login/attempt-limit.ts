import type { Clock } from '../base/clock.js';
import { createLeakyBuckets, type Allowance } from '../base/leaky-buckets.js';
import type { Mxid } from '../base/mxid.js';
import { LoginFailure } from './failure.js';
import type { Answer, Question, TelegramCalls } from './telegram-calls.js';

/**
 * Counts what one Matrix user asks of Telegram to log in, so that nobody can have codes sent to other people's numbers over and over. Whoever
 * calls holds the owner's lock.
 */
export interface AttemptLimit {
  /** Throws the LoginFailure `asked_too_often` where the owner has asked for too much lately. */
  admit(owner: Mxid): void;
  /** Telegram is asked now. */
  count(owner: Mxid): void;
  /** Asks Telegram what counts, within the limit. */
  ask<T>(owner: Mxid, question: Question<T>): Promise<Answer<T>>;
}

export interface AttemptLimitDeps {
  readonly attempts: Allowance;
  readonly calls: TelegramCalls;
  readonly clock: Clock;
}

/** A limit that has counted nothing yet. */
export function createAttemptLimit({ attempts, calls, clock }: AttemptLimitDeps): AttemptLimit {
  const owners = createLeakyBuckets(attempts, clock);
  const count = (owner: Mxid) => owners.add(owner);

  function admit(owner: Mxid): void {
    const retryAfterMs = owners.waitMs(owner);
    if (retryAfterMs > 0) throw new LoginFailure({ kind: 'asked_too_often', retryAfterMs });
  }

  return {
    admit,
    count,

    async ask(owner, question) {
      admit(owner);
      return calls.ask({
        ...question,
        call(connection) {
          count(owner);
          return question.call(connection);
        },
      });
    },
  };
}
