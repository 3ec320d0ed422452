import { Failure } from '../../base/failure.js';

/** What only this version says. */
export type VersionFault =
  /** The shared secret acts for anybody, so it must be said for whom. */
  | { readonly kind: 'user_id_missing' }
  | { readonly kind: 'user_id_invalid' }
  /** It is not that of the user whose token was sent. */
  | { readonly kind: 'user_id_not_own' }
  | { readonly kind: 'flow_unknown' }
  /** What would need rooms. */
  | { readonly kind: 'no_bridge_attached' };

/** Thrown by the endpoints of version 3. */
export class VersionFailure extends Failure<VersionFault> {}
