import type { Clock } from '../../base/clock.js';
import { SingleFlight } from '../../base/single-flight.js';
import type { LoginFlow } from '../authority.js';

/** Caches the login types for a short time. */
export interface FlowCache {
  /**
   * Calls `ask` unless the answer is cached. Concurrent calls share one request. Rejections of
   * `ask` are not cached.
   */
  get(ask: () => Promise<readonly LoginFlow[]>): Promise<readonly LoginFlow[]>;
}

/** Creates an empty cache. */
export function createFlowCache({ clock, ttlMs }: { readonly clock: Clock; readonly ttlMs: number }): FlowCache {
  const flight = new SingleFlight();
  let known: { readonly flows: readonly LoginFlow[]; readonly until: number } | undefined;

  return {
    get(ask) {
      if (known !== undefined && clock.now() < known.until) return Promise.resolve(known.flows);
      return flight.run('flows', async () => {
        const until = clock.now() + ttlMs;
        const flows = await ask();
        known = { flows, until };
        return flows;
      });
    },
  };
}
