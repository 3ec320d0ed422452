import type { Mxid } from '../base/mxid.js';

/** Who sends a request, as far as its credentials tell. */
export type Principal =
  /** Nobody in particular: nothing was asked for. */
  | { readonly kind: 'stranger' }
  /** A holder of the shared secret, who acts for any user. */
  | { readonly kind: 'service' }
  /** A program with a secret of its own. */
  | { readonly kind: 'consumer'; readonly name: string }
  /** A Matrix user with an access token of their own, who acts for themselves only. */
  | { readonly kind: 'user'; readonly mxid: Mxid; readonly deviceId?: string | undefined };

/** The principal of a request that was not asked for credentials. */
export const stranger: Principal = { kind: 'stranger' };
