import type { Clock } from './clock.js';

/**
 * Runs `task` now and again `everyMs` after it has settled; the returned function stops that and
 * waits for the run under way.
 */
export function repeat(
  clock: Clock,
  everyMs: number,
  task: () => Promise<void>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let stopped = false;
  let cancel = () => {};
  let running = Promise.resolve();
  const run = () => {
    running = task()
      .catch(onError)
      .then(() => {
        if (!stopped) cancel = clock.after(everyMs, run);
      });
  };
  run();
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}
