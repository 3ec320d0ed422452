import type { Clock } from '../base/clock.js';
import { withDeadline } from '../base/deadline.js';
import type { Logger } from '../base/logger.js';
import { createPoller } from '../base/poller.js';
import type { Database } from '../database/database.js';
import { DatabaseFailure } from '../database/failure.js';

/** Runs the due hand-overs, many at a time, but one attempt at a time for each account. */
export interface HandOverOutbox {
  start(): void;
  stop(): Promise<void>;
  /** Looks for due hand-overs. */
  wake(): void;
  /** Runs an attempt soon: at once if there is capacity. */
  push(id: string): void;
  /** Runs an attempt now, or joins the one in progress. Never rejects. */
  attempt(id: string): Promise<void>;
}

export interface HandOverOutboxDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs one attempt for the account's hand-over. */
  readonly run: (id: string) => Promise<void>;
}

/** A bridge takes some seconds for each, and on a busy server many users can log in at once. */
const maxConcurrent = 200;
/** The maximum delay for changes by the command line. */
const lookEveryMs = 10_000;
const stopMs = 2_000;

export function createHandOverOutbox({ database, clock, logger, run }: HandOverOutboxDeps): HandOverOutbox {
  const running = new Map<string, Promise<void>>();
  let isStopped = false;
  /**
   * Whether the last look left due hand-overs, for lack of capacity or with an attempt in progress.
   */
  let isMoreDue = false;

  function attempt(id: string): Promise<void> {
    const before = running.get(id);
    if (before) return before;
    const attempting = run(id)
      .catch((error: unknown) => {
        const isBusy = error instanceof DatabaseFailure && error.details.kind === 'busy';
        logger[isBusy || isStopped ? 'debug' : 'error']('hand-over attempt failed', { account: id, error });
        return 'failed' as const;
      })
      .then((outcome) => {
        running.delete(id);
        // After a defect not at once, but at the next look.
        if (outcome !== 'failed' && isMoreDue) poller.wake();
      });
    running.set(id, attempting);
    return attempting;
  }

  const poller = createPoller({
    clock,
    afterFailureMs: lookEveryMs,
    failed: (error) => logger.error('hand-over polling failed', { error }),
    async poll() {
      const now = clock.now();
      const open = await database.transaction((tx) => tx.handOvers.listOpen(maxConcurrent + running.size + 1));
      if (isStopped) return lookEveryMs;
      const due = open.filter(({ dueAt }) => dueAt <= now);
      const waiting = due.filter(({ id }) => !running.has(id)).slice(0, Math.max(maxConcurrent - running.size, 0));
      isMoreDue = waiting.length < due.length;
      for (const { id } of waiting) void attempt(id);
      const next = open[due.length];
      return next === undefined ? lookEveryMs : Math.min(next.dueAt - now, lookEveryMs);
    },
  });

  return {
    start: () => poller.start(),
    wake: () => poller.wake(),
    push(id) {
      if (running.size < maxConcurrent && !isStopped) void attempt(id);
      else poller.wake();
    },
    attempt,
    async stop() {
      isStopped = true;
      const over = Promise.all([poller.stop(), ...running.values()]);
      await withDeadline(clock, stopMs, over).catch((error: unknown) =>
        logger.info('hand-overs still running at stop', { error }),
      );
    },
  };
}
