import type { ServerName } from '../../base/mxid.js';

/** What a homeserver has yet to be told of invites. The body is sealed at rest. */
export interface InviteDeliveryRecord {
  readonly id: string;
  readonly serverName: ServerName;
  /** JSON. */
  readonly body: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When to try next, epoch ms. */
  readonly dueAt: number;
}

/**
 * Where deliveries are kept until they have arrived; those that were given up, for a while longer.
 */
export interface InviteDeliveryStore {
  insert(record: InviteDeliveryRecord): Promise<void>;
  /** Returns the servers with something due at `now`, the longest due first. */
  listDueServers(now: number, limit: number): Promise<ServerName[]>;
  /** What is due for that server, the longest due first. */
  findDue(serverName: ServerName, now: number): Promise<InviteDeliveryRecord | undefined>;
  /**
   * When the first of those is due that are not due at `now`, epoch ms, or undefined if there is
   * none.
   */
  nextDueAt(now: number): Promise<number | undefined>;
  /**
   * Returns the ids of those for that server that were made at or before `until` (epoch ms) and are
   * not given up.
   */
  listUntil(serverName: ServerName, until: number): Promise<string[]>;
  postpone(id: string, dueAt: number): Promise<void>;
  /** Nothing for that server is due before `dueAt`. */
  postponeServer(serverName: ServerName, dueAt: number): Promise<void>;
  delete(id: string): Promise<void>;
  /** It is given up: due no more. */
  giveUp(id: string, at: number): Promise<void>;
  /** Deletes those that were given up at or before `until` (epoch ms). */
  deleteGivenUp(until: number): Promise<void>;
}
