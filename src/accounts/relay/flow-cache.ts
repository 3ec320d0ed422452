import type { Clock } from '../../base/clock.js';
import { SingleFlight } from '../../base/single-flight.js';
import type { LoginFlow } from '../authority.js';

/** Remembers for a short time which login types there are. */
export interface FlowCache {
  /**
   * Asks `ask` unless the answer is known; questions at the same time are one. What `ask` rejects
   * with is not remembered.
   */
  get(ask: () => Promise<readonly LoginFlow[]>): Promise<readonly LoginFlow[]>;
}

/** Returns a cache that knows nothing yet. */
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
