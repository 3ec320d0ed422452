import type { AuditActor } from './audit.js';

/** The request that is being served. */
export interface Caller {
  readonly requestId: string;
  readonly clientAddress: string;
  /** Who sent it. `client` until its credentials are checked. */
  readonly actor: () => AuditActor;
}

/** Finds the request that the running code serves. */
export interface CallerScope {
  /** Runs `work` for this caller. */
  run<T>(caller: Caller, work: () => T): T;
  /** Returns the caller that the running code serves, or undefined in the background. */
  current(): Caller | undefined;
}
