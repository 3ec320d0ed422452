import { MessageChannel } from 'node:worker_threads';
import type { Cancel, Clock } from './base/clock.js';
import type { Logger } from './base/logger.js';

/**
 * Something that runs until it is stopped. `stop` also releases what a failed `start` left behind.
 */
export interface Runnable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The part of `process` that emits signals and defects. */
export interface SignalSource {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** The dependencies of `runUntilSignal`. */
export interface LifecycleDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /**
   * The time limit of `stop` (and of a `start` that a signal interrupts), counted from the signal.
   */
  readonly stopDeadlineMs: number;
  readonly signals: SignalSource;
  /** If given, SIGHUP calls this, and does not stop. */
  readonly reload?: (() => void) | undefined;
  /** Reports the error of `start`, and returns its exit code. */
  readonly failedStart: (error: unknown) => number;
}

type Ending =
  | { readonly why: 'signal'; readonly signal: string }
  | { readonly why: 'defect'; readonly error: unknown }
  | { readonly why: 'not-started'; readonly error: unknown };

const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/**
 * A signal that follows sooner counts as the same: for Ctrl-C, a terminal and npm both send one.
 */
const sameSignalMs = 1000;
const defects = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Starts `runnable`, waits for SIGTERM, SIGINT or SIGHUP (unless that reloads), stops it, and
 * resolves with the exit code for the process. The code is 0 after an orderly stop. It is 1 after
 * an uncaught exception, if `stop` failed, or if the deadline passed. It is 128 plus the signal's
 * number if a second signal required leaving at once. Never rejects.
 */
export async function runUntilSignal(runnable: Runnable, deps: LifecycleDeps): Promise<number> {
  const { logger, clock, stopDeadlineMs } = deps;
  const run = observe(deps);
  const letGo = keepProcessAlive();
  let cancelDeadline: Cancel = () => undefined;
  try {
    const starting = attempt(() => runnable.start());
    const started = starting.then((outcome) => (outcome.ok ? run.ending : notStarted(outcome.error)));
    const ending = await Promise.race([run.ending, started]);
    logEnding(ending, logger);
    const deadline = new Promise<'late'>((resolve) => {
      cancelDeadline = clock.after(stopDeadlineMs, () => resolve('late'));
    });
    const stopping = starting.then((outcome) => {
      if (!outcome.ok && ending.why !== 'not-started') {
        logger.warn('start interrupted', { error: outcome.error });
      }
      return attempt(() => runnable.stop());
    });
    const stopped = await Promise.race([stopping, deadline, run.secondSignal]);
    if (typeof stopped === 'number') {
      logger.warn('second signal');
      return stopped;
    }
    if (stopped === 'late') {
      logger.error('stop deadline exceeded', { stopDeadlineMs });
      return 1;
    }
    if (!stopped.ok) {
      logger.error('stop failed', { error: stopped.error });
      return 1;
    }
    logger.info('stopped');
    return run.sawDefect() ? 1 : codeOf(ending, deps);
  } finally {
    cancelDeadline();
    letGo();
    run.stopListening();
  }
}

interface Observed {
  /** The first signal or defect. */
  readonly ending: Promise<Ending>;
  /** The exit code of the second signal. */
  readonly secondSignal: Promise<number>;
  sawDefect(): boolean;
  stopListening(): void;
}

function observe({ signals, clock, logger, reload }: LifecycleDeps): Observed {
  let firstAt: number | undefined;
  let sawDefect = false;
  let end: (ending: Ending) => void = () => undefined;
  let leave: (code: number) => void = () => undefined;
  const ending = new Promise<Ending>((resolve) => (end = resolve));
  const secondSignal = new Promise<number>((resolve) => (leave = resolve));
  const listeners = [
    ...Object.entries(signalCodes).map(([signal, code]) => {
      const onSignal = () => {
        if (signal === 'SIGHUP' && reload) return firstAt === undefined ? reload() : undefined;
        if (firstAt === undefined) {
          firstAt = clock.now();
          return end({ why: 'signal', signal });
        }
        if (clock.now() - firstAt >= sameSignalMs) leave(code);
      };
      return [signal, onSignal] as const;
    }),
    ...defects.map((event) => {
      const onDefect = (error: unknown) => {
        sawDefect = true;
        logger.error('uncaught exception', { event, error });
        end({ why: 'defect', error });
      };
      return [event, onDefect] as const;
    }),
  ];
  for (const [event, listener] of listeners) {
    signals.on(event, listener);
  }
  return {
    ending,
    secondSignal,
    sawDefect: () => sawDefect,
    stopListening: () => listeners.forEach(([event, listener]) => signals.off(event, listener)),
  };
}

type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

async function attempt(work: () => Promise<void>): Promise<Outcome> {
  try {
    await work();
    return { ok: true };
  } catch (error) {
    return { ok: false, error };
  }
}

function notStarted(error: unknown): Ending {
  return { why: 'not-started', error };
}

function logEnding(ending: Ending, logger: Logger): void {
  switch (ending.why) {
    case 'signal':
      return logger.info('stopping', { signal: ending.signal });
    case 'defect':
      return logger.warn('stopping after a defect');
    case 'not-started':
      return logger.debug('start failed', { error: ending.error });
  }
}

function codeOf(ending: Ending, { failedStart }: LifecycleDeps): number {
  switch (ending.why) {
    case 'signal':
      return 0;
    case 'defect':
      return 1;
    case 'not-started':
      return failedStart(ending.error);
  }
}

/**
 * Timers of the clock do not keep the process alive. Without this, Node would exit while a stop
 * waits for one.
 */
function keepProcessAlive(): () => void {
  const { port1 } = new MessageChannel();
  port1.ref();
  return () => port1.close();
}
