import type { SignalSource } from '../lifecycle.js';

const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Resolves on SIGTERM, SIGINT or SIGHUP. The next such signal ends the process at once. */
export function firstSignal(signals: SignalSource): Promise<void> {
  return new Promise((resolve) => {
    const told = () => {
      for (const signal of stopSignals) signals.off(signal, told);
      resolve();
    };
    for (const signal of stopSignals) signals.on(signal, told);
  });
}
