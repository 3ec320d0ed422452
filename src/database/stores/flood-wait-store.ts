/**
 * Where it is kept how long Telegram wants to be left alone. `subject` is kept as a keyed hash
 * only: it may hold a phone number.
 */
export interface FloodWaitStore {
  /** Until when (epoch ms) Telegram must not be asked, or undefined if it may be. */
  find(subject: string, now: number): Promise<number | undefined>;
  /** Remembers a wait; replaces an earlier one of the same subject. */
  save(subject: string, until: number): Promise<void>;
  /** Forgets waits that are over at `now` (epoch ms). */
  deleteExpired(now: number): Promise<void>;
}
