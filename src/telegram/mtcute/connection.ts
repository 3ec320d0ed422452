import type { Clock } from '../../base/clock.js';
import { DeadlineExceeded } from '../../base/deadline.js';
import { KeyedMutex } from '../../base/keyed-mutex.js';
import type { Logger } from '../../base/logger.js';
import { createCallDeadlines } from '../call-deadlines.js';
import type { CallResult, EngineCalls } from '../engine-calls.js';
import { createEngineConnection } from '../engine-connection.js';
import { TelegramFailure, unreachable } from '../failure.js';
import type { TelegramConnection, TelegramSession } from '../gateway.js';
import { UntrustedAnswer } from '../mtproto/untrusted-answer.js';
import { reportOutdatedClient } from '../outdated-client.js';
import { explainRpcError } from '../rpc-error.js';
import { createTokenNews } from '../token-news.js';
import { maxTurnWaitMs } from '../turns.js';
import type { Client } from './client.js';
import { LiveSession, type LiveSessionOptions } from './live-session.js';
import { operations } from './operations.js';

/** A connection that is not open yet. */
export interface MtcuteConnection {
  /** Connects within the deadline. If that fails, destroys the connection. */
  open(): Promise<TelegramConnection>;
  destroy(): Promise<void>;
}

export interface MtcuteConnectionDeps extends Pick<LiveSessionOptions, 'settings' | 'dataCentres' | 'turns'> {
  readonly apiId: number;
  readonly apiHash: string;
  readonly connectDeadlineMs: number;
  readonly callDeadlineMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onDestroyed: () => void;
}

/**
 * Creates a connection on a saved session, or on a new one. Throws `session_dead` if the saved
 * session cannot be read, because no data centre accepts it.
 */
export function createMtcuteConnection(
  saved: TelegramSession | undefined,
  { apiId, apiHash, connectDeadlineMs, callDeadlineMs, clock, logger, onDestroyed, ...deps }: MtcuteConnectionDeps,
): MtcuteConnection {
  const deadlines = createCallDeadlines(clock, maxTurnWaitMs);
  const news = createTokenNews();
  const calls = new KeyedMutex();
  const session = new LiveSession({
    ...deps,
    session: saved,
    onTurn: (waits) => {
      if (waits) logger.debug('telegram call queued');
      deadlines.setWaiting(waits);
    },
    onLoginToken: () => news.notify(),
    onEnd: (reason) => {
      const cause = reason instanceof TelegramFailure ? reason.cause : reason;
      const text = cause instanceof Error ? cause.message : reason.message;
      logger[reason instanceof UntrustedAnswer ? 'warn' : 'debug']('telegram connection ended', { text });
    },
  });
  const client: Client = { session, apiId, apiHash };
  let destroying: Promise<void> | undefined;

  function destroy(): Promise<void> {
    destroying ??= destroyOnce();
    return destroying;
  }

  async function destroyOnce(): Promise<void> {
    news.end();
    await session.destroy();
    onDestroyed();
  }

  async function within<T>(deadlineMs: number, work: () => Promise<T>): Promise<T> {
    try {
      return await deadlines.keep(deadlineMs, work());
    } catch (error) {
      if (!(error instanceof DeadlineExceeded)) throw explain(error);
      // No caller would receive a late answer: this connection is unusable.
      destroyInBackground();
      throw unreachable(error);
    }
  }

  function explain(error: unknown): unknown {
    const explained = explainRpcError(error);
    if (explained instanceof TelegramFailure) reportOutdatedClient(explained, 'mtcute', logger);
    return explained;
  }

  function destroyInBackground(): void {
    destroy().catch((error: unknown) => logger.error('telegram connection cleanup failed', { error }));
  }

  function call<N extends keyof EngineCalls>(name: N, ...args: Parameters<EngineCalls[N]>): Promise<CallResult<N>> {
    // The arguments are those of the named operation.
    const operation: (client: Client, ...args: never[]) => Promise<unknown> = operations[name];
    const work = () => calls.run('', () => operation(client, ...(args as never[])));
    return within(callDeadlineMs, work) as Promise<CallResult<N>>;
  }

  return {
    async open() {
      try {
        await within(connectDeadlineMs, () => session.open());
      } catch (error) {
        // Until then, another connection must not use the key.
        await destroy();
        throw error;
      }
      return createEngineConnection({ clock, call, session: () => session.session, news, destroy });
    },
    destroy,
  };
}
