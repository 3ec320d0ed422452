import { TelegramFailure } from '../failure.js';
import type { TelegramGateway } from '../gateway.js';
import { workerSettings, type GramjsGatewayOptions } from './options.js';
import { createWorkerConnection, type WorkerConnection } from './worker-connection.js';
import { startWorkerThread, type WorkerThread } from './worker-thread.js';

export type { GramjsGatewayOptions, TelegramProxy } from './options.js';

const defaultWorkers = 2;
const defaultConnectDeadlineMs = 20_000;
const defaultCallDeadlineMs = 15_000;

interface Place {
  thread: WorkerThread;
  readonly connections: Set<WorkerConnection>;
}

/**
 * Creates the gateway to Telegram. gramjs runs in worker threads, so its arithmetic never blocks
 * the main thread. A worker that crashes is replaced at its next use; its connections fail as
 * `unreachable`. Throws if a public key or the proxy's secret cannot be read.
 */
export function createGramjsGateway(options: GramjsGatewayOptions): TelegramGateway {
  const { logger, clock } = options;
  const settings = workerSettings(options);
  const url = options.workerUrl ?? new URL('./worker.js', import.meta.url);
  const start = (): WorkerThread => startWorkerThread({ url, settings, logger });
  const places: readonly Place[] = Array.from({ length: options.workers ?? defaultWorkers }, () => ({
    thread: start(),
    connections: new Set<WorkerConnection>(),
  }));
  let lastConnectionId = 0;
  let closed = false;

  function leastBusyPlace(): Place {
    const [first, ...others] = places;
    if (first === undefined) throw new Error('at least one worker is needed');
    const place = others.reduce((least, one) => (loadOf(one) < loadOf(least) ? one : least), first);
    if (place.thread.hasEnded()) place.thread = start();
    return place;
  }

  return {
    async connect(session) {
      if (closed) throw new TelegramFailure({ kind: 'unreachable' }, { cause: new Error('the gateway is closed') });
      const { thread, connections } = leastBusyPlace();
      lastConnectionId += 1;
      const connection = createWorkerConnection({
        thread,
        connectionId: lastConnectionId,
        clock,
        logger,
        connectDeadlineMs: options.connectDeadlineMs ?? defaultConnectDeadlineMs,
        callDeadlineMs: options.callDeadlineMs ?? defaultCallDeadlineMs,
        onDestroyed: () => connections.delete(connection),
      });
      connections.add(connection);
      return connection.open(session);
    },
    async close() {
      closed = true;
      const destroyed = places.flatMap(({ connections }) => [...connections].map((connection) => connection.destroy()));
      await Promise.all(places.map(({ thread }) => thread.stop()));
      await Promise.all(destroyed);
    },
  };
}

/** Open calls are load now; connections may become load. */
function loadOf({ thread, connections }: Place): number {
  return thread.openCalls() * 1_000 + connections.size;
}
