import type { Cancel } from '../../base/clock.js';
import { unreachable } from '../failure.js';
import { defaultCallDeadlineMs, defaultConnectDeadlineMs } from '../gateway-options.js';
import type { TelegramGateway } from '../gateway.js';
import { workerSettings, type GramjsGatewayOptions } from './options.js';
import { createWorkerConnection, type WorkerConnection } from './worker-connection.js';
import { startWorkerThread, type WorkerThread } from './worker-thread.js';

export type { GramjsGatewayOptions } from './options.js';

const defaultWorkers = 2;

/** A worker with gramjs takes some 40 MiB of memory. */
const stopIdleWorkerAfterMs = 10 * 60_000;
/** A second worker starts when the first has a call to work on, or this many connections. */
const connectionsBeforeStart = 500;

/** One of the workers. Its thread is started at its first use, and stopped when it is idle. */
interface Slot {
  thread: WorkerThread | undefined;
  readonly connections: Set<WorkerConnection>;
  cancelStop: Cancel;
  /** Resolves when the thread that was stopped last has ended. */
  stopped: Promise<void>;
}

/**
 * Creates the gateway to Telegram. gramjs runs in worker threads, so its arithmetic never blocks
 * the main thread. A worker starts at its first use, and stops ten minutes after its last
 * connection has closed. One that crashes is replaced at its next use; its connections fail as
 * `unreachable`. Throws if a public key or the proxy's secret cannot be read.
 */
export function createGramjsGateway(options: GramjsGatewayOptions): TelegramGateway {
  const { logger, clock } = options;
  const settings = workerSettings(options);
  const url = options.workerUrl ?? new URL('./gramjs-worker.js', import.meta.url);
  const start = (): WorkerThread => startWorkerThread({ url, settings, logger });
  const slots: readonly Slot[] = Array.from({ length: options.workers ?? defaultWorkers }, () => ({
    thread: undefined,
    connections: new Set<WorkerConnection>(),
    cancelStop: () => undefined,
    stopped: Promise.resolve(),
  }));
  let lastConnectionId = 0;
  let closed = false;

  function leastBusySlot(): Slot {
    const [first, ...others] = slots;
    if (first === undefined) throw new Error('at least one worker is needed');
    return others.reduce((least, one) => (loadOf(one) < loadOf(least) ? one : least), first);
  }

  function runningThreadOf(slot: Slot): WorkerThread {
    slot.cancelStop();
    if (slot.thread === undefined || slot.thread.hasEnded()) slot.thread = start();
    return slot.thread;
  }

  function stopWhenIdle(slot: Slot): void {
    if (slot.connections.size > 0 || closed) return;
    slot.cancelStop = clock.after(stopIdleWorkerAfterMs, () => {
      const idle = slot.thread;
      slot.thread = undefined;
      slot.stopped = idle?.stop() ?? slot.stopped;
    });
  }

  return {
    async connect(session) {
      if (closed) throw unreachable('the gateway is closed');
      const slot = leastBusySlot();
      const thread = runningThreadOf(slot);
      lastConnectionId += 1;
      const connection = createWorkerConnection({
        thread,
        connectionId: lastConnectionId,
        clock,
        logger,
        connectDeadlineMs: options.connectDeadlineMs ?? defaultConnectDeadlineMs,
        callDeadlineMs: options.callDeadlineMs ?? defaultCallDeadlineMs,
        onDestroyed() {
          slot.connections.delete(connection);
          stopWhenIdle(slot);
        },
      });
      slot.connections.add(connection);
      return connection.open(session);
    },
    async close() {
      closed = true;
      for (const slot of slots) slot.cancelStop();
      const destroyed = slots.flatMap(({ connections }) => [...connections].map((connection) => connection.destroy()));
      await Promise.all(slots.flatMap(({ thread, stopped }) => [thread?.stop() ?? Promise.resolve(), stopped]));
      await Promise.all(destroyed);
    },
  };
}

/** Open calls are load now; connections may become load. */
function loadOf({ thread, connections }: Slot): number {
  if (thread === undefined) return connectionsBeforeStart;
  return thread.openCalls() * 1_000 + connections.size;
}
