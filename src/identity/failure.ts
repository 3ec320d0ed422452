import { Failure } from '../base/failure.js';
import type { Mxid } from '../base/mxid.js';

/** Everything that is known to go wrong in the identity service, besides ThreepidFault. */
export type IdentityFault =
  | { readonly kind: 'mxid_invalid' }
  /** The policy lets only users of our own server be published. */
  | { readonly kind: 'mxid_not_allowed' }
  /** Whoever asks may do so only for themselves. */
  | { readonly kind: 'not_your_mxid' }
  | { readonly kind: 'address_invalid' }
  | { readonly kind: 'medium_unsupported' }
  /** No text that could name a room. */
  | { readonly kind: 'room_id_invalid' }
  /** The address is published already, for this user. */
  | { readonly kind: 'address_in_use'; readonly mxid: Mxid }
  | { readonly kind: 'key_unknown' }
  | { readonly kind: 'invite_unknown' }
  /** No key, or not the one of this invite. */
  | { readonly kind: 'private_key_invalid' }
  | { readonly kind: 'algorithm_unknown' }
  /** `lookupPepper` and `algorithm` are what to use instead. */
  | { readonly kind: 'pepper_wrong'; readonly lookupPepper: string; readonly algorithm: string }
  | { readonly kind: 'too_many_addresses'; readonly limit: number }
  | { readonly kind: 'lookup_address_malformed' }
  | { readonly kind: 'token_unknown' }
  | { readonly kind: 'terms_unsigned' }
  | { readonly kind: 'terms_unknown_url' }
  /** The server's name is no server name, or one that the admin does not serve. */
  | { readonly kind: 'server_name_invalid' }
  | { readonly kind: 'server_not_allowed' }
  /**
   * The homeserver does not say whose the token is, or says that it is somebody's of another
   * server.
   */
  | { readonly kind: 'open_id_refused' }
  | { readonly kind: 'homeserver_unreachable' }
  /** We ask so many homeservers at the moment that this one was not asked. */
  | { readonly kind: 'overloaded' }
  /** The session's address or the request's user is another one than what is to be unbound. */
  | { readonly kind: 'unbind_mismatch' }
  /** No signature of a homeserver, or a wrong one. */
  | { readonly kind: 'signature_missing' }
  | { readonly kind: 'signature_wrong' }
  /** The homeserver that signed is not the one of the user. */
  | { readonly kind: 'origin_mismatch' }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly kind: 'send_failed' };

/** Thrown by the identity service. */
export class IdentityFailure extends Failure<IdentityFault> {}
