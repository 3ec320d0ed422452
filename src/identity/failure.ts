import { Failure } from '../base/failure.js';
import type { Mxid } from '../base/mxid.js';

/** Each expected failure of the identity service, in addition to those of ThreepidFailure. */
export type IdentityFailureDetails =
  | { readonly kind: 'mxid_invalid' }
  /** The policy only allows users of our own server. */
  | { readonly kind: 'mxid_not_allowed' }
  /** The caller may only bind their own Matrix ID. */
  | { readonly kind: 'not_your_mxid' }
  | { readonly kind: 'address_invalid' }
  | { readonly kind: 'medium_unsupported' }
  /** Not a possible room ID. */
  | { readonly kind: 'room_id_invalid' }
  /** The 3PID is already bound, to this user. */
  | { readonly kind: 'address_in_use'; readonly mxid: Mxid }
  | { readonly kind: 'key_unknown' }
  | { readonly kind: 'invite_unknown' }
  /** No key, or not the key of this invite. */
  | { readonly kind: 'private_key_invalid' }
  | { readonly kind: 'algorithm_unknown' }
  /** Use `lookupPepper` and `algorithm` instead. */
  | { readonly kind: 'pepper_wrong'; readonly lookupPepper: string; readonly algorithm: string }
  | { readonly kind: 'too_many_addresses'; readonly limit: number }
  | { readonly kind: 'lookup_address_malformed' }
  | { readonly kind: 'token_unknown' }
  | { readonly kind: 'terms_unsigned' }
  | { readonly kind: 'terms_unknown_url' }
  /** Not a server name, or not one that the admin allows. */
  | { readonly kind: 'server_name_invalid' }
  | { readonly kind: 'server_not_allowed' }
  /** The homeserver rejected the token, or returned a user of another server. */
  | { readonly kind: 'open_id_refused' }
  | { readonly kind: 'homeserver_unreachable' }
  /** Too many requests to homeservers are running, so this one was not sent. */
  | { readonly kind: 'overloaded' }
  /** The session or the request names another 3PID or user than the one to unbind. */
  | { readonly kind: 'unbind_mismatch' }
  /** The signature of a homeserver is missing or invalid. */
  | { readonly kind: 'signature_missing' }
  | { readonly kind: 'signature_wrong' }
  /** The request was signed by another homeserver than the user's. */
  | { readonly kind: 'origin_mismatch' }
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly kind: 'send_failed' };

/** Thrown by the identity service. */
export class IdentityFailure extends Failure<IdentityFailureDetails> {}
