import { Failure } from '../../base/failure.js';
import { parseMxid, type Mxid } from '../../base/mxid.js';
import type { Principal } from '../../http/principal.js';

/** Failures of the Matrix ID in a path. */
export type OwnerFailureDetails =
  | { readonly kind: 'mxid_empty' }
  | { readonly kind: 'mxid_invalid' }
  /** The access token is another user's. */
  | { readonly kind: 'mxid_not_own' };

/** Thrown by readOwner. */
export class OwnerFailure extends Failure<OwnerFailureDetails> {}

/**
 * Returns the Matrix ID in the path, if the caller may act for it. Compares case-sensitively.
 * Throws OwnerFailure.
 */
export function readOwner(params: { readonly mxid: string }, principal: Principal): Mxid {
  if (params.mxid === '') throw new OwnerFailure({ kind: 'mxid_empty' });
  const owner = parseMxid(params.mxid);
  if (owner === undefined) throw new OwnerFailure({ kind: 'mxid_invalid' });
  switch (principal.kind) {
    case 'service':
      return owner;
    case 'user':
      if (principal.mxid === owner) return owner;
      throw new OwnerFailure({ kind: 'mxid_not_own' });
    case 'consumer':
    case 'anonymous':
      throw new OwnerFailure({ kind: 'mxid_not_own' });
  }
}
