import type { SignalSource } from '../lifecycle.js';

/** A signal that does not end the process, although its listener is not ready. */
export interface HeldSignal {
  /** Ends the hold. Returns whether the signal arrived meanwhile. */
  release(): boolean;
}

/** Holds the signal until it is released. */
export function holdSignal(signals: SignalSource, name: string): HeldSignal {
  let hasArrived = false;
  const listener = () => {
    hasArrived = true;
  };
  signals.on(name, listener);
  return {
    release() {
      signals.off(name, listener);
      return hasArrived;
    },
  };
}
