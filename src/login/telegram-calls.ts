import type { Clock } from '../base/clock.js';
import type { Allowance } from '../base/leaky-buckets.js';
import type { Logger } from '../base/logger.js';
import type { Mxid } from '../base/mxid.js';
import type { Database } from '../database/database.js';
import { TelegramFailure, type TelegramFailureDetails } from '../telegram/failure.js';
import type { TelegramConnection, TelegramSession } from '../telegram/gateway.js';
import type { ConnectionPool } from '../telegram/pool.js';
import { LoginFailure } from './failure.js';

/** A kind of request to Telegram. It determines the expected failures and the flood waits. */
export type TelegramMethod =
  | 'send_code'
  | 'resend_code'
  | 'sign_in'
  | 'check_password'
  | 'sign_in_bot'
  | 'login_token'
  | 'get_me'
  | 'account'
  | 'log_out';

/** A request to Telegram. */
export interface Question<T> {
  /** The ID of the login process or account that owns the connection. */
  readonly key: string;
  readonly session: TelegramSession | undefined;
  readonly method: TelegramMethod;
  /** The subject of flood waits: a wait applies to equal methods with the same subject. */
  readonly subject: string;
  /** Counts the request as a login attempt of this user, once there is a connection. */
  readonly countedFor?: Mxid | undefined;
  /** `requested` aborts when another daemon needs the connection: a call that waits should end. */
  readonly call: (connection: TelegramConnection, requested: AbortSignal) => Promise<T>;
}

/**
 * The result, and the session afterwards: it may have moved to another data centre, even if the
 * call failed.
 */
export type Answer<T> =
  { readonly ok: true; readonly value: T; readonly session: TelegramSession } | (Refusal & { readonly ok: false });

/** A request that failed. */
export interface Refusal {
  readonly failure: TelegramFailureDetails;
  readonly session: TelegramSession | undefined;
}

/**
 * Sends requests to Telegram on pooled connections. Observes Telegram's flood waits, which survive
 * restarts, and counts login attempts.
 */
export interface TelegramCalls {
  ask<T>(question: Question<T>): Promise<Answer<T>>;
  /**
   * Throws the LoginFailure `asked_too_often` if the user has made too many login attempts, so that
   * codes cannot be sent to other users' phone numbers repeatedly. Counts nothing: `ask` does, and
   * throws the same.
   */
  checkAttempts(owner: Mxid): Promise<void>;
  /** Ends a session at Telegram and closes its connection. Returns the failure, if any. */
  endSession(key: string, session: TelegramSession): Promise<TelegramFailureDetails | undefined>;
  /** Closes the connection of a login process or account, if there is one. */
  close(key: string): Promise<void>;
}

export interface TelegramCallsDeps {
  readonly pool: ConnectionPool;
  readonly database: Database;
  /** How often a user can request a code, a QR code or a bot login. */
  readonly attempts: Allowance;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createTelegramCalls({ pool, database, attempts, clock, logger }: TelegramCallsDeps): TelegramCalls {
  const { limiter } = database;
  const limit = { name: 'login attempts at telegram by user', allowance: attempts };

  async function countAttempt(owner: Mxid): Promise<void> {
    const admission = await limiter.admit([{ limit, key: owner }]);
    if (!admission.isAdmitted) throw askedTooOften(admission.retryAfterMs);
  }

  async function ask<T>({ key, session, method, countedFor, call, ...question }: Question<T>): Promise<Answer<T>> {
    const subject = `${subjects[method]}:${question.subject}`;
    const waitUntil = await database.read((readers) => readers.floodWaits.find(subject, clock.now()));
    if (waitUntil !== undefined) {
      return { ok: false, failure: { kind: 'flood_wait', retryAfterMs: waitUntil - clock.now() }, session };
    }
    let sessionAfter = session;
    try {
      const value = await pool.use(key, session, async (connection, requested) => {
        if (countedFor !== undefined) await countAttempt(countedFor);
        try {
          return await call(connection, requested);
        } finally {
          sessionAfter = connection.session;
        }
      });
      if (!sessionAfter) throw new Error('the pool ran no work');
      return { ok: true, value, session: sessionAfter };
    } catch (error) {
      if (!(error instanceof TelegramFailure)) throw error;
      await record(subject, error);
      return { ok: false, failure: expectedDetails(method, error.details), session: sessionAfter };
    }
  }

  /** Logs the failure and stores its flood wait. */
  async function record(subject: string, { details, cause }: TelegramFailure): Promise<void> {
    if (details.kind === 'flood_wait') {
      await database.transaction((tx) => tx.floodWaits.save(subject, clock.now() + details.retryAfterMs));
    }
    logger[levelOf(details)]('telegram request failed', { failure: details, cause });
  }

  return {
    ask,

    async checkAttempts(owner) {
      const retryAfterMs = await limiter.waitMs([{ limit, key: owner }]);
      if (retryAfterMs > 0) throw askedTooOften(retryAfterMs);
    },

    async endSession(key, session) {
      const answer = await ask({
        key,
        session,
        method: 'log_out',
        subject: key,
        call: (connection) => connection.logOut(),
      });
      await pool.closeKey(key);
      return answer.ok || answer.failure.kind === 'session_dead' ? undefined : answer.failure;
    },

    close: (key) => pool.closeKey(key),
  };
}

function askedTooOften(retryAfterMs: number): LoginFailure {
  return new LoginFailure({ kind: 'asked_too_often', retryAfterMs });
}

/** The stored prefixes of flood waits. */
const subjects: Readonly<Record<TelegramMethod, string>> = {
  send_code: 'send_code',
  resend_code: 'send_code',
  sign_in: 'sign_in',
  check_password: 'password',
  sign_in_bot: 'bot_token',
  login_token: 'qr',
  get_me: 'get_me',
  account: 'account',
  log_out: 'end',
};

type Kind = TelegramFailureDetails['kind'];

const anywhere: readonly Kind[] = [
  'unreachable',
  'session_dead',
  'flood_wait',
  'client_rejected',
  'account_frozen',
  'unknown_error',
];
const ofNumber: readonly Kind[] = [
  'phone_number_invalid',
  'phone_number_banned',
  'phone_number_unoccupied',
  'phone_number_app_signup_forbidden',
  'phone_number_flood',
];
const ofSending: readonly Kind[] = [...ofNumber, 'login_email_required', 'payment_required', 'code_unavailable'];

/** The failures of each method, besides the failures that every method can have. */
const expected: Readonly<Record<TelegramMethod, readonly Kind[]>> = {
  send_code: ofSending,
  resend_code: [...ofSending, 'phone_code_expired'],
  sign_in: [...ofNumber, 'phone_code_invalid', 'phone_code_expired'],
  check_password: ['phone_number_flood', 'password_invalid', 'password_not_set'],
  sign_in_bot: ['bot_token_invalid', 'bot_token_expired'],
  login_token: ['login_token_invalid'],
  get_me: [],
  account: [],
  log_out: [],
};

/** Returns the failure if the method may have it; otherwise an unknown error with its name. */
function expectedDetails(method: TelegramMethod, failure: TelegramFailureDetails): TelegramFailureDetails {
  const isExpected = anywhere.includes(failure.kind) || expected[method].includes(failure.kind);
  return isExpected ? failure : { kind: 'unknown_error', name: failure.kind.toUpperCase() };
}

/**
 * Failures that an administrator must correct are errors; failures of the network or the proxy are
 * warnings.
 */
function levelOf({ kind }: TelegramFailureDetails): 'error' | 'warn' | 'info' {
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
