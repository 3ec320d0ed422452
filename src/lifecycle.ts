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

/** The part of `process` that signals and defects are heard on. */
export interface SignalSource {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** What `runUntilSignal` needs. */
export interface LifecycleDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long `stop` (and a `start` that a signal interrupts) may take, counted from the signal. */
  readonly stopDeadlineMs: number;
  readonly signals: SignalSource;
  /** Tells what `start` threw, and returns the exit code for it. */
  readonly failedStart: (error: unknown) => number;
}

type Ending =
  | { readonly why: 'signal'; readonly signal: string }
  | { readonly why: 'defect'; readonly error: unknown }
  | { readonly why: 'not-started'; readonly error: unknown };

const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** A signal that follows sooner is the same again: a terminal and npm both send that of Ctrl-C. */
const sameSignalMs = 1000;
const defects = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Starts `runnable`, waits for SIGTERM, SIGINT or SIGHUP, stops it, and resolves with the exit code
 * that the caller ends the process with: 0 after an orderly stop; 1 if something was thrown that
 * nobody caught, `stop` failed, or the deadline passed; 128 plus the signal's number when a second
 * signal asked to leave at once. Never rejects.
 */
export async function runUntilSignal(runnable: Runnable, deps: LifecycleDeps): Promise<number> {
  const { logger, clock, stopDeadlineMs, signals } = deps;
  const run = observe(signals, clock, logger);
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
        logger.warn('had not started when it was told to stop', { error: outcome.error });
      }
      return attempt(() => runnable.stop());
    });
    const stopped = await Promise.race([stopping, deadline, run.secondSignal]);
    if (typeof stopped === 'number') {
      logger.warn('a second signal: leaving at once');
      return stopped;
    }
    if (stopped === 'late') {
      logger.error('could not stop in time: leaving what is still running', { stopDeadlineMs });
      return 1;
    }
    if (!stopped.ok) {
      logger.error('could not stop in order', { error: stopped.error });
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
  /** The exit code that the second signal asks for. */
  readonly secondSignal: Promise<number>;
  sawDefect(): boolean;
  stopListening(): void;
}

function observe(signals: SignalSource, clock: Clock, logger: Logger): Observed {
  let firstAt: number | undefined;
  let sawDefect = false;
  let end: (ending: Ending) => void = () => undefined;
  let leave: (code: number) => void = () => undefined;
  const ending = new Promise<Ending>((resolve) => (end = resolve));
  const secondSignal = new Promise<number>((resolve) => (leave = resolve));
  const listeners = [
    ...Object.entries(signalCodes).map(([signal, code]) => {
      const onSignal = () => {
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
        logger.error('something was thrown that nobody caught', { event, error });
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
      return logger.warn('stopping because of a defect');
    case 'not-started':
      return logger.debug('could not start', { error: ending.error });
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
 * Timers of the clock do not keep the process alive; without this, Node would exit in the middle of
 * a stop that waits for one.
 */
function keepProcessAlive(): () => void {
  const { port1 } = new MessageChannel();
  port1.ref();
  return () => port1.close();
}
