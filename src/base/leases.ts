import type { SharedDeadline } from './shared-deadline.js';

/**
 * Leases of keys: each key belongs to one daemon at a time. What needs a key is used only while its
 * lease is held.
 */
export interface Leases {
  /**
   * Resolves once this daemon has the lease of `key`. Another daemon that has it is asked to
   * release it; one that has died loses it by time. A key must not be acquired twice before its
   * release.
   */
  acquire(key: string): Promise<void>;
  /** Releases the lease. Never rejects: a release that fails is repeated. */
  release(key: string): Promise<void>;
  /** Asks another daemon that has the lease to release it. Resolves when no other daemon has it. */
  awaitRelease(key: string): Promise<void>;
  /** Registers the only user of the leases. */
  setHolder(holder: LeaseHolder): void;
  /** Undefined if leases do not end by time. */
  readonly guard: LeaseGuard | undefined;
}

/** The user of the leases. */
export interface LeaseHolder {
  /** Another daemon requests `key`: close what uses it soon, and release it. */
  onRequested(key: string): void;
  /** All leases are over. Resolves when all that used them is closed. */
  onLost(): Promise<void>;
}

/** Limits what a daemon does with its leases if it stands still, or loses the database. */
export interface LeaseGuard {
  /** While it is over, nothing may be sent: another daemon may have the key. */
  readonly deadline: SharedDeadline;
  /**
   * A peer must close a connection that has been silent for so long, because a process that stands
   * still cannot. The leases outlast that.
   */
  readonly disconnectAfterMs: number;
}

/** The leases of a daemon that shares its keys with no other. */
export const exclusiveLeases: Leases = {
  acquire: () => Promise.resolve(),
  release: () => Promise.resolve(),
  awaitRelease: () => Promise.resolve(),
  setHolder: () => undefined,
  guard: undefined,
};
