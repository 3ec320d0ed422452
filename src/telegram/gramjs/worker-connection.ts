import type { Clock } from '../../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../../base/deadline.js';
import { Ending } from '../../base/ending.js';
import type { Logger } from '../../base/logger.js';
import { Secret } from '../../base/secret.js';
import type { CallResult, EngineCalls } from '../engine-calls.js';
import { createEngineConnection } from '../engine-connection.js';
import { type TelegramFailure, unreachable } from '../failure.js';
import type { TelegramConnection, TelegramSession } from '../gateway.js';
import { createCallDeadlines } from '../call-deadlines.js';
import type { CallName, Calls } from './protocol.js';
import { reportOutdatedClient } from '../outdated-client.js';
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
 * The time that a worker has to close a connection. A worker that takes twice as long is ended, and
 * its connections with it.
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

  const call = <N extends keyof EngineCalls>(name: N, ...args: Parameters<EngineCalls[N]>) =>
    callWithin(callDeadlineMs, name, ...args) as Promise<CallResult<N>>;

  async function callWithin<N extends CallName>(
    deadlineMs: number,
    name: N,
    ...args: Calls[N]['args']
  ): Promise<Calls[N]['result']> {
    if (destroying !== undefined) throw unreachable('the connection is destroyed');
    try {
      const answer = await deadlines.keep(deadlineMs, ending.race(thread.call(connectionId, name, ...args)));
      session = answer.session ?? session;
      if (answer.ok) return answer.result;
      reportOutdatedClient(answer.failure, 'gramjs', logger);
      throw answer.failure;
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw error;
      // No caller would receive a late answer, and gramjs may hang for ever: this connection is
      // unusable.
      destroyInBackground();
      throw unreachable(error);
    }
  }

  function destroy(): Promise<void> {
    destroying ??= destroyOnce();
    return destroying;
  }

  async function destroyOnce(): Promise<void> {
    ending.end(unreachable('the connection was destroyed'));
    stopListening();
    news.end();
    const closed = requireClosed();
    try {
      await withDeadline(clock, destroyDeadlineMs, closed);
    } catch (error) {
      logger.warn('telegram worker connection not closed', { error });
      await stopUnless(closed);
    }
    onDestroyed();
  }

  /** Once it resolves, the worker has no socket of this connection. */
  async function requireClosed(): Promise<void> {
    await thread.call(connectionId, 'destroy');
  }

  /** Until its sockets are closed, a busy worker may still send what it has computed. */
  async function stopUnless(closed: Promise<void>): Promise<void> {
    const limitMs = thread.messagesHeard() === 0 ? loadDeadlineMs : destroyDeadlineMs;
    try {
      await withDeadline(clock, limitMs, closed);
    } catch (error) {
      logger.error('telegram worker unresponsive', { error });
      await thread.stop();
    }
  }

  function destroyInBackground(): void {
    destroy().catch((error: unknown) => logger.error('telegram connection cleanup failed', { error }));
  }

  const connection = createEngineConnection({ clock, call, session: () => session, news, destroy });

  return {
    async open(saved) {
      session = saved ?? session;
      try {
        await callWithin(connectDeadlineMs, 'connect', saved ?? null);
        return connection;
      } catch (error) {
        // Until then, another connection must not use the key.
        await destroy();
        throw error;
      }
    },
    destroy,
  };
}
