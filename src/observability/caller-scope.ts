import { AsyncLocalStorage } from 'node:async_hooks';
import type { Caller, CallerScope } from '../base/caller.js';

/**
 * Returns a scope that follows promises and timers. On Node 20 it adds work to every promise, so it
 * is only used if something reads it.
 */
export function createCallerScope(): CallerScope {
  const storage = new AsyncLocalStorage<Caller>();
  return { run: (caller, work) => storage.run(caller, work), current: () => storage.getStore() };
}
