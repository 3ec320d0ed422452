import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/** A login under way. `state` is what the login machine wrote, sealed at rest. */
export interface LoginProcessRecord {
  readonly id: string;
  readonly owner: Mxid;
  readonly state: Secret;
  readonly createdAt: number;
  /** Epoch ms after which the process is abandoned. */
  readonly expiresAt: number;
}

/** Where logins under way are kept. A Matrix ID may have several. */
export interface LoginProcessStore {
  /** Returns the one of this id if it is the owner's, expired or not. */
  find(owner: Mxid, id: string): Promise<LoginProcessRecord | undefined>;
  /** Newest first, with `expiresAt` after `after` (epoch ms): 0 has expired ones included. */
  listByOwner(owner: Mxid, after: number): Promise<LoginProcessRecord[]>;
  /** Oldest first, at most `limit`, of those with `expiresAt` at or before `now` (epoch ms). */
  listExpired(now: number, limit: number): Promise<LoginProcessRecord[]>;
  /** Inserts, or replaces the one of the same id. */
  save(record: LoginProcessRecord): Promise<void>;
  /** Returns whether there was one to delete. */
  delete(id: string): Promise<boolean>;
}
