import { Failure } from '../base/failure.js';
import type { SessionHolder } from '../database/tables/telegram-accounts.js';

/** Why a session cannot be given, or a lease not be changed. */
export type SessionFault =
  /** No such linked account, or the consumer may not know about it. */
  | { readonly kind: 'session_unknown' }
  /** The consumer may list sessions only. */
  | { readonly kind: 'acquire_forbidden' }
  | { readonly kind: 'format_forbidden' }
  /** Another program has it, or it is on its way to one. */
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
export class SessionFailure extends Failure<SessionFault> {}
