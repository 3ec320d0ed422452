import type { Clock } from '../../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../../base/deadline.js';
import { Ending } from '../../base/ending.js';
import type { Logger } from '../../base/logger.js';
import { Secret } from '../../base/secret.js';
import { TelegramFailure } from '../failure.js';
import type { SessionKeeper, SignInResult, TelegramConnection, TelegramSession } from '../gateway.js';
import { createCallDeadlines } from '../call-deadlines.js';
import { maxMoves, type Moved } from '../moves.js';
import type { CallName, Calls } from './protocol.js';
import { createTokenNews } from '../token-news.js';
import { maxTurnWaitMs } from '../turns.js';
import type { WorkerThread } from './worker-thread.js';

/** A connection in a worker that is not open yet. */
export interface WorkerConnection {
  /** Connects within the deadline. If that fails, destroys the connection. */
  open(session: TelegramSession | undefined): Promise<TelegramConnection>;
  destroy(): Promise<void>;
}

export interface WorkerConnectionDeps {
  readonly thread: WorkerThread;
  readonly connectionId: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connectDeadlineMs: number;
  readonly callDeadlineMs: number;
  readonly onDestroyed: () => void;
}

/**
 * The time that a worker has to close a connection. A worker that is silent for twice as long
 * hangs.
 */
const destroyDeadlineMs = 5_000;
/** The time that a new worker has to load gramjs, on a machine that is short of processors. */
const loadDeadlineMs = 60_000;

/**
 * Creates the side of a connection in the main thread: deadlines, secrets and failures. The worker
 * does the rest.
 */
export function createWorkerConnection({
  thread,
  connectionId,
  clock,
  logger,
  connectDeadlineMs,
  callDeadlineMs,
  onDestroyed,
}: WorkerConnectionDeps): WorkerConnection {
  let session: TelegramSession = new Secret('');
  let destroying: Promise<void> | undefined;
  const ending = new Ending<TelegramFailure>();
  const deadlines = createCallDeadlines(clock, maxTurnWaitMs);
  const news = createTokenNews();
  const stopListening = thread.listen(connectionId, {
    onTurn: (waits) => deadlines.setWaiting(waits),
    onLoginToken: () => news.notify(),
  });

  const call = <N extends CallName>(name: N, ...args: Calls[N]['args']) => callWithin(callDeadlineMs, name, ...args);

  async function callWithin<N extends CallName>(
    deadlineMs: number,
    name: N,
    ...args: Calls[N]['args']
  ): Promise<Calls[N]['result']> {
    if (destroying !== undefined) throw unreachable(new Error('the connection is destroyed'));
    try {
      const answer = await deadlines.keep(deadlineMs, ending.race(thread.call(connectionId, name, ...args)));
      session = answer.session ?? session;
      if (answer.ok) return answer.result;
      throw answer.failure;
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      // No caller would receive a late answer, and gramjs may hang for ever: this connection is
      // unusable.
      destroyInBackground();
      throw unreachable(error);
    }
  }

  /**
   * Sends a request that may log the session in. After a move to another data centre, stores the
   * new session before sending it again.
   */
  async function callStored<R extends SignInResult>(
    keep: SessionKeeper | undefined,
    request: () => Promise<R | Moved>,
  ): Promise<R> {
    for (let moves = 0; moves <= maxMoves; moves += 1) {
      const result = await request();
      if (!isMoved(result)) return result;
      if (keep === undefined) break;
      await keep(connection.session);
    }
    throw unreachable(new Error('Telegram moved the login to another data centre'));
  }

  function destroy(): Promise<void> {
    destroying ??= destroyOnce();
    return destroying;
  }

  async function destroyOnce(): Promise<void> {
    ending.end(unreachable(new Error('the connection was destroyed')));
    stopListening();
    news.notify();
    const heardBefore = thread.messagesHeard();
    try {
      await withDeadline(clock, destroyDeadlineMs, thread.call(connectionId, 'destroy'));
    } catch (error) {
      logger.warn('telegram worker connection not closed', { error });
      // A busy worker keeps its other connections.
      if (error instanceof DeadlineExceeded && thread.messagesHeard() === heardBefore) await stopIfSilent();
    }
    onDestroyed();
  }

  async function stopIfSilent(): Promise<void> {
    const limitMs = thread.messagesHeard() === 0 ? loadDeadlineMs : destroyDeadlineMs;
    try {
      await withDeadline(clock, limitMs, thread.call(connectionId, 'ping'));
    } catch (error) {
      logger.error('telegram worker hangs', { error });
      await thread.stop();
    }
  }

  function destroyInBackground(): void {
    destroy().catch((error: unknown) => logger.error('telegram connection cleanup failed', { error }));
  }

  const connection: TelegramConnection = {
    get session() {
      return session;
    },
    sendCode: (phone) => call('sendCode', phone),
    resendCode: (phone, phoneCodeHash) => call('resendCode', phone, phoneCodeHash),
    async exportLoginToken() {
      news.reset();
      const result = await call('exportLoginToken');
      if (result.kind !== 'token') return result;
      return { kind: 'token', token: { token: result.token, expiresAt: clock.now() + result.lifeMs } };
    },
    importLoginToken: (token, keep) => callStored(keep, () => call('importLoginToken', token)),
    async loginTokenNews(signal) {
      if (destroying === undefined) await news.wait(signal);
    },
    contacts: () => call('contacts'),
    chats: () => call('chats'),
    findByUsername: (username) => call('findByUsername', username),
    findByPhone: (phone) => call('findByPhone', phone),
    searchUsers: (query) => call('searchUsers', query),
    signIn: (phone, phoneCodeHash, code, keep, delivery = 'app') =>
      callStored(keep, () => call('signIn', phone, phoneCodeHash, code, delivery)),
    checkPassword: (password) => call('checkPassword', password),
    signInBot: async (token, keep) => (await callStored(keep, () => call('signInBot', token))).user,
    getMe: () => call('getMe'),
    async logOut() {
      try {
        await call('logOut');
      } catch (error) {
        if (!(error instanceof TelegramFailure) || error.details.kind !== 'session_dead') throw error;
      }
    },
    destroy,
  };

  return {
    async open(saved) {
      session = saved ?? session;
      try {
        await callWithin(connectDeadlineMs, 'connect', saved ?? null);
        return connection;
      } catch (error) {
        destroyInBackground();
        throw error;
      }
    },
    destroy,
  };
}

function isMoved(result: SignInResult | Moved): result is Moved {
  return result.kind === 'moved';
}

function unreachable(cause: Error): TelegramFailure {
  return new TelegramFailure({ kind: 'unreachable' }, { cause });
}
