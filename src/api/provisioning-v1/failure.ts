import { Failure } from '../../base/failure.js';

/** What only this version says. */
export type VersionFault =
  /** Nothing is bridged: this daemon logs in and has no rooms. */
  | { readonly kind: 'portal_not_found' }
  | { readonly kind: 'no_bridge_attached' }
  /** There is no phone number at all, where an unreadable one is `phone_number_invalid`. */
  | { readonly kind: 'phone_number_missing' }
  /** Nobody has registered the number; told when the code is sent. */
  | { readonly kind: 'phone_number_unoccupied_at_code' };

/** Thrown by the endpoints of version 1. */
export class VersionFailure extends Failure<VersionFault> {}
