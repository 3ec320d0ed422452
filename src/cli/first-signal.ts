import type { Surroundings } from './surroundings.js';

/** Resolves when the process is asked to end, by SIGTERM or SIGINT. */
export function firstSignal(signals: Surroundings['signals']): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) signals.once(signal, () => resolve());
  });
}
