import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/** What is still to happen with a lease. */
export type SessionLeaseState =
  /** Its holder has the session. */
  | 'active'
  /** The linked account is gone. The session is to be ended at Telegram when the lease is over. */
  | 'ending'
  /** It is over, and the session is back. The row remains for the next fencing number. */
  | 'over'
  /**
   * No lease yet: an administrator has requested an export, until `expiresAt`. The linked account
   * still has the session.
   */
  | 'export_requested'
  /** The session is here until the administrator has received it. */
  | 'exported';

/** The lease of a session, the last one of its linked account. `session` is sealed at rest. */
export interface SessionLeaseRecord {
  /** Of the linked account. */
  readonly id: string;
  /** Of this lease: only its holder knows it. */
  readonly leaseId: string;
  readonly owner: Mxid;
  readonly telegramUserId: string;
  /** The name of the program that has it. */
  readonly consumer: string;
  /** Names the request that took it, so that it can be repeated. */
  readonly requestId: string | null;
  readonly state: SessionLeaseState;
  /** Null if it is `over` or `export_requested`. */
  readonly session: Secret | null;
  /** Greater than that of every earlier lease of the account. */
  readonly fencing: number;
  /** Epoch milliseconds. */
  readonly takenAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Where leased sessions are kept. */
export interface SessionLeaseStore {
  find(id: string): Promise<SessionLeaseRecord | undefined>;
  findByLeaseId(leaseId: string): Promise<SessionLeaseRecord | undefined>;
  /** Returns those that are `active`. */
  listActive(): Promise<SessionLeaseRecord[]>;
  /** Some of those that are `active` or `ending` and have expired by that time, oldest first. */
  listExpired(at: number, limit: number): Promise<SessionLeaseRecord[]>;
  listExportRequests(): Promise<SessionLeaseRecord[]>;
  /** Inserts or replaces. */
  save(record: SessionLeaseRecord): Promise<void>;
  delete(id: string): Promise<void>;
  /** Deletes those that are `over` and had expired before that time. */
  deleteOver(before: number): Promise<void>;
}
