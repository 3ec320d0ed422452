import { Failure } from '../base/failure.js';
import type { SessionHolder } from '../database/tables/telegram-accounts.js';

/** Why a session cannot be returned, or a lease not be changed. */
export type SessionFailureDetails =
  /** The account is not linked, or the consumer has no access to it. */
  | { readonly kind: 'session_unknown' }
  /** The consumer can only list sessions. */
  | { readonly kind: 'acquire_forbidden' }
  | { readonly kind: 'format_forbidden' }
  /** Another program holds the session, or it is being handed over. */
  | {
      readonly kind: 'session_held';
      readonly heldBy: SessionHolder;
      /** Of a lease. */
      readonly consumer: string | undefined;
      /** Epoch ms, of a lease: when it ends unless it is renewed. */
      readonly expiresAt: number | undefined;
    }
  /** The lease has expired or was released, or the login is gone. */
  | { readonly kind: 'lease_over' };

/** Thrown by SessionLeases. */
export class SessionFailure extends Failure<SessionFailureDetails> {}
