import type { Clock } from '../base/clock.js';
import { createLeakyBuckets, type Allowance } from '../base/leaky-buckets.js';
import type { Mxid } from '../base/mxid.js';
import { LoginFailure } from './failure.js';
import type { Answer, Question, TelegramCalls } from './telegram-calls.js';

/**
 * Limits the login attempts of a Matrix user, so that codes cannot be sent to other users' phone
 * numbers repeatedly. The caller must hold the owner's lock.
 */
export interface AttemptLimit {
  /** Throws the LoginFailure `asked_too_often` if the owner has exceeded the limit. */
  admit(owner: Mxid): void;
  /** Counts a request to Telegram. */
  count(owner: Mxid): void;
  /** Sends a counted request to Telegram, within the limit. */
  ask<T>(owner: Mxid, question: Question<T>): Promise<Answer<T>>;
}

export interface AttemptLimitDeps {
  readonly attempts: Allowance;
  readonly calls: TelegramCalls;
  readonly clock: Clock;
}

/** Returns a limit that has counted nothing yet. */
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
