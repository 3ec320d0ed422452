import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Mxid } from '../../base/mxid.js';
import { maxTransactionMs } from './number-publications.js';
import { TelegramProofFailure, type PhoneHolder, type ProvingLogin } from './telegram-proofs.js';

/**
 * Logins whose numbers are added automatically after asking the homeserver, which is impossible in
 * a transaction.
 */
export interface NumberQueue {
  /** Adds a login, or replaces it. */
  push(login: ProvingLogin): void;
  /**
   * Adds the numbers. Stops if the homeserver does not answer: the other lookups would fail too,
   * and callers wait for the end.
   */
  addAll(): Promise<void>;
}

/** The dependencies of createNumberQueue. */
export interface NumberQueueDeps {
  /** Adds a number. Throws TelegramProofFailure. */
  readonly add: (owner: Mxid, user: PhoneHolder) => Promise<unknown>;
  /** Logs that the number belongs to another account. */
  readonly warnInUse: (owner: Mxid) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface WaitingLogin extends ProvingLogin {
  readonly since: number;
}

/** Creates an empty queue, in memory only: a number that is lost can still be added by the user. */
export function createNumberQueue({ add, warnInUse, clock, logger }: NumberQueueDeps): NumberQueue {
  const waiting = new Map<string, WaitingLogin>();

  /** Returns true if the login is finished. */
  async function addOne({ owner, user, since }: WaitingLogin): Promise<boolean> {
    try {
      await add(owner, user);
      return true;
    } catch (error) {
      if (!(error instanceof TelegramProofFailure)) throw error;
      switch (error.details.kind) {
        case 'number_in_use':
          warnInUse(owner);
          return true;
        case 'login_over':
          // The transaction that claims it may still be running.
          return clock.now() - since >= maxTransactionMs;
        case 'number_unchecked':
          throw error;
        case 'number_missing':
        case 'account_missing':
          return true;
      }
    }
  }

  return {
    push: (login) => void waiting.set(login.accountId, { ...login, since: clock.now() }),

    async addAll() {
      for (const [id, login] of waiting) {
        try {
          if ((await addOne(login)) && waiting.get(id) === login) waiting.delete(id);
        } catch (error) {
          logger.error('phone number of a Telegram login not added', { owner: login.owner, error });
          // Moved to the end of the next round, because the problem may concern this login only.
          const latest = waiting.get(id) ?? login;
          waiting.delete(id);
          waiting.set(id, latest);
          return;
        }
      }
    },
  };
}
