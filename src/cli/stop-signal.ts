import type { SignalSource } from '../lifecycle.js';

/** The signals that end a command, with their exit codes. */
const stopSignals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The signal that ends a command, if there was one. */
export interface StopSignal {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. The next one ends the process at once. */
  readonly stopping: AbortSignal;
  /** Returns the exit code for the signal, or undefined if there was none. */
  code(): number | undefined;
  /** Removes the listeners. */
  release(): void;
}

/** Listens for signals. For commands that must delete a partial result before they end. */
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
