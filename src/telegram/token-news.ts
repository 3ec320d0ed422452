/**
 * Records whether a QR code may have been scanned since it was requested. Initially it may have
 * been.
 */
export interface TokenNews {
  /** Resets the record: only later events count. */
  reset(): void;
  notify(): void;
  /** From now on, each wait resolves at once. */
  end(): void;
  /** Resolves when a QR code may have been scanned, or `signal` aborts. */
  wait(signal: AbortSignal): Promise<void>;
}

export function createTokenNews(): TokenNews {
  const waiting = new Set<() => void>();
  let isNew = true;
  let ended = false;

  const notify = (): void => {
    isNew = true;
    for (const resolve of waiting) resolve();
  };

  return {
    reset() {
      isNew = ended;
    },
    notify,
    end() {
      ended = true;
      notify();
    },
    wait: (signal) =>
      new Promise((resolve) => {
        if (isNew || signal.aborted) return resolve();
        const done = () => {
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        waiting.add(done);
        signal.addEventListener('abort', done, { once: true });
      }),
  };
}
