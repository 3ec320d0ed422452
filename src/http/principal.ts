import type { Mxid } from '../base/mxid.js';

/** The sender of a request, according to its credentials. */
export type Principal =
  /** No credentials were required. */
  | { readonly kind: 'anonymous' }
  /** A holder of the shared secret, who acts for any user. */
  | { readonly kind: 'service' }
  /** A program with a secret of its own. */
  | { readonly kind: 'consumer'; readonly name: string }
  /** A Matrix user with an access token of their own, who acts for themselves only. */
  | { readonly kind: 'user'; readonly mxid: Mxid; readonly deviceId?: string | undefined };

/** The principal of a request that was not asked for credentials. */
export const anonymous: Principal = { kind: 'anonymous' };
