import type { Mxid } from '../base/mxid.js';

/** Runs `work` under the owner's lock. Concurrent work with the same name runs once. */
export type OwnerQueue = <T>(owner: Mxid, what: string, work: () => Promise<T>) => Promise<T>;
