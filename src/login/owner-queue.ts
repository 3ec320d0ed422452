import type { Mxid } from '../base/mxid.js';

/** Runs `work` under the owner's lock; equal work, which is work of the same name, runs once at one time. */
export type OwnerQueue = <T>(owner: Mxid, what: string, work: () => Promise<T>) => Promise<T>;
