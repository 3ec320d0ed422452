import { DialectFailure } from '../provisioning/to-error-reply.js';

/** Failures of this version only. */
export type VersionFailureDetails =
  /** No rooms are bridged: Gangway only logs in. */
  | { readonly kind: 'portal_not_found' }
  | { readonly kind: 'no_bridge_attached' }
  /** The phone number is absent. A malformed one is `phone_number_invalid`. */
  | { readonly kind: 'phone_number_missing' }
  /** The number is not registered with Telegram. Reported when the code is sent. */
  | { readonly kind: 'phone_number_unoccupied_at_code' };

/** Thrown by the endpoints of version 1. */
export class VersionOneFailure extends DialectFailure<VersionFailureDetails> {}
