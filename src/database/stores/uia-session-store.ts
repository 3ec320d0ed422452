import type { Mxid } from '../../base/mxid.js';

/** A user-interactive authentication under way. */
export interface UiaSessionRecord {
  readonly id: string;
  readonly owner: Mxid;
  /** Names the one request that it is good for. */
  readonly operation: string;
  /** The stages that are done. */
  readonly completed: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Where user-interactive authentications under way are kept. */
export interface UiaSessionStore {
  find(id: string): Promise<UiaSessionRecord | undefined>;
  insert(record: UiaSessionRecord): Promise<void>;
  /** Returns whether it was still there to be replaced. */
  update(record: UiaSessionRecord): Promise<boolean>;
  /** Returns whether there was one to delete. */
  delete(id: string): Promise<boolean>;
  /** Forgets the owner's oldest, until only so many are left. */
  keepNewest(owner: Mxid, count: number): Promise<void>;
  deleteByOwner(owner: Mxid): Promise<void>;
  /** Forgets those that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}
