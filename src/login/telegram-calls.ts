import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Database } from '../database/database.js';
import { TelegramFailure, type TelegramFault } from '../telegram/failure.js';
import type { TelegramConnection, TelegramSession } from '../telegram/gateway.js';
import type { ConnectionPool } from '../telegram/pool.js';
import { expectedFault, type TelegramMethod } from './telegram-method.js';

/** A request to Telegram. */
export interface Question<T> {
  /** The ID of the login process or account that owns the connection. */
  readonly key: string;
  readonly session: TelegramSession | undefined;
  /** The subject of flood waits: a wait applies to all requests with the same subject. */
  readonly subject: string;
  /** The requested method, which determines the expected faults. */
  readonly method: TelegramMethod;
  readonly call: (connection: TelegramConnection) => Promise<T>;
}

/**
 * The result, and the session afterwards: it may have moved to another data centre, even if the
 * call failed.
 */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly session: TelegramSession }
  | { readonly ok: false; readonly fault: TelegramFault; readonly session: TelegramSession | undefined };

/**
 * Sends requests to Telegram on pooled connections and observes its flood waits, which survive
 * restarts.
 */
export interface TelegramCalls {
  ask<T>(question: Question<T>): Promise<Answer<T>>;
  /** Ends a session at Telegram and closes its connection. Returns the fault if that failed. */
  endSession(key: string, session: TelegramSession): Promise<TelegramFault | undefined>;
  /** Closes the connection of a login process or account, if there is one. */
  close(key: string): Promise<void>;
}

export interface TelegramCallsDeps {
  readonly pool: ConnectionPool;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createTelegramCalls({ pool, database, clock, logger }: TelegramCallsDeps): TelegramCalls {
  async function ask<T>({ key, session, subject, method, call }: Question<T>): Promise<Answer<T>> {
    const waitUntil = await database.transaction((tx) => tx.floodWaits.find(subject, clock.now()));
    if (waitUntil !== undefined) {
      return { ok: false, fault: { kind: 'flood_wait', retryAfterMs: waitUntil - clock.now() }, session };
    }
    let sessionAfter = session;
    try {
      const value = await pool.use(key, session, async (connection) => {
        try {
          return await call(connection);
        } finally {
          sessionAfter = connection.session;
        }
      });
      if (!sessionAfter) throw new Error('the pool ran no work');
      return { ok: true, value, session: sessionAfter };
    } catch (error) {
      if (!(error instanceof TelegramFailure)) throw error;
      await takeNote(subject, error);
      return { ok: false, fault: expectedFault(method, error.fact), session: sessionAfter };
    }
  }

  async function takeNote(subject: string, failure: TelegramFailure): Promise<void> {
    const { fact } = failure;
    if (fact.kind === 'flood_wait') {
      await database.transaction((tx) => tx.floodWaits.save(subject, clock.now() + fact.retryAfterMs));
    }
    logger[levelOf(fact)]('telegram request failed', { fault: fact, cause: failure.cause });
  }

  return {
    ask,
    async endSession(key, session) {
      const answer = await ask({
        key,
        session,
        subject: `end:${key}`,
        method: 'account',
        call: (connection) => connection.logOut(),
      });
      await pool.closeKey(key);
      return answer.ok || answer.fault.kind === 'session_dead' ? undefined : answer.fault;
    },
    close: (key) => pool.closeKey(key),
  };
}

/**
 * Faults that an administrator must correct are errors; faults of the network or the proxy are
 * warnings.
 */
function levelOf({ kind }: TelegramFault): 'error' | 'warn' | 'info' {
  switch (kind) {
    case 'client_rejected':
    case 'unknown_error':
      return 'error';
    case 'unreachable':
      return 'warn';
    default:
      return 'info';
  }
}
