import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/** What is still to happen with a hand-over. */
export type HandOverState =
  /** The bridge is to get the session. Nothing else may open it. */
  | 'pending'
  /**
   * The bridge does not take the session: it is back at the linked account, and the row says why.
   */
  | 'refused'
  /**
   * The linked account is gone: whatever the bridge has of it is to be logged out there, and the
   * session, if it has not got it, here.
   */
  | 'ending';

/** A session on its way to the bridge. `session` is sealed at rest. */
export interface HandOverRecord {
  /** Of the linked account. */
  readonly id: string;
  readonly owner: Mxid;
  readonly telegramUserId: string;
  readonly state: HandOverState;
  /** Null if it is not here any more: `refused`, or `ending` after the bridge has got it. */
  readonly session: Secret | null;
  /**
   * The login process at the bridge that may have got the session, as JSON; null while none can.
   */
  readonly process: string | null;
  /** What the bridge answered last; null before that. */
  readonly reason: string | null;
  readonly attempts: number;
  /** How many attempts the bridge itself has refused. */
  readonly refusals: number;
  /** Epoch ms: when the bridge is to be asked next. */
  readonly dueAt: number;
  readonly createdAt: number;
}

/** What may change in a hand-over. */
export type HandOverChanges = Partial<Omit<HandOverRecord, 'id' | 'owner' | 'telegramUserId' | 'createdAt'>>;

/** Where sessions wait for the bridge. */
export interface HandOverStore {
  find(id: string): Promise<HandOverRecord | undefined>;
  listByTelegramUserId(telegramUserId: string): Promise<HandOverRecord[]>;
  listByOwner(owner: Mxid): Promise<HandOverRecord[]>;
  /** Returns the first that are `pending` or `ending`, earliest due first. Opens no session. */
  listOpen(limit: number): Promise<Pick<HandOverRecord, 'id' | 'dueAt'>[]>;
  /** Returns all that are `ending`, or those of one Telegram account, oldest first. */
  listEnding(telegramUserId?: string): Promise<HandOverRecord[]>;
  /** Changes the hand-over if it is in that state. Returns false if it is not. */
  update(id: string, state: HandOverState, changes: HandOverChanges): Promise<boolean>;
  /** Inserts or replaces. */
  save(record: HandOverRecord): Promise<void>;
  /** Returns false if there is none. */
  delete(id: string): Promise<boolean>;
  /** Deletes the refused ones of before that time. */
  deleteRefused(before: number): Promise<void>;
}
