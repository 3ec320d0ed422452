import { Failure } from '../../base/failure.js';

/** Failures of this version only. */
export type VersionFailureDetails =
  /** The shared secret acts for any user, so the query must name one. */
  | { readonly kind: 'user_id_missing' }
  | { readonly kind: 'user_id_invalid' }
  /** The token is another user's. */
  | { readonly kind: 'user_id_not_own' }
  | { readonly kind: 'flow_unknown' }
  /** The operation requires rooms. */
  | { readonly kind: 'no_bridge_attached' };

/** Thrown by the endpoints of version 3. */
export class VersionFailure extends Failure<VersionFailureDetails> {}
