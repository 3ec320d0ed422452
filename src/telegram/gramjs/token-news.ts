/** Whether a QR code may have been scanned since it was asked for; at first, it may. */
export interface TokenNews {
  /** From now on, only what happens later is news. */
  forget(): void;
  tell(): void;
  /** Resolves when there is news, or `signal` aborts. */
  wait(signal: AbortSignal): Promise<void>;
}

export function createTokenNews(): TokenNews {
  const waiting = new Set<() => void>();
  let isNew = true;

  return {
    forget() {
      isNew = false;
    },
    tell() {
      isNew = true;
      for (const resolve of waiting) resolve();
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
