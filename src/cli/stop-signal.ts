import type { SignalSource } from '../lifecycle.js';

/** Signals that end a command, with its exit codes. */
const stopSignals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Whether a signal ended the work of a command. */
export interface StopSignal {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. The next one ends the process at once. */
  readonly stopping: AbortSignal;
  /** Returns the exit code for the signal, or undefined if there was none. */
  code(): number | undefined;
  /** Ends the listening. */
  release(): void;
}

/** Listens for signals, for a command that must delete what it has begun. */
export function listenForStop(signals: SignalSource): StopSignal {
  const aborting = new AbortController();
  let code: number | undefined;
  const listeners = Object.entries(stopSignals).map(([name, ending]) => {
    const listener = () => {
      code = ending;
      release();
      aborting.abort();
    };
    return [name, listener] as const;
  });
  const release = () => listeners.forEach(([name, listener]) => signals.off(name, listener));
  for (const [name, listener] of listeners) signals.on(name, listener);
  return { stopping: aborting.signal, code: () => code, release };
}
