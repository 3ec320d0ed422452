import { Failure } from '../../base/failure.js';
import { parseMxid, type Mxid } from '../../base/mxid.js';
import type { PathParameter } from '../../http/endpoint.js';
import type { Principal } from '../../http/principal.js';

/** What can be wrong with the Matrix ID in a path. */
export type OwnerFault =
  | { readonly kind: 'mxid_empty' }
  | { readonly kind: 'mxid_invalid' }
  /** It is not that of the user whose access token was sent. */
  | { readonly kind: 'mxid_not_own' };

/** Thrown by readOwner. */
export class OwnerFailure extends Failure<OwnerFault> {}

/** The Matrix ID in a path, raw or percent-encoded: whatever begins with an @, slashes included, or any one segment, be it empty. */
export const mxidParameter: PathParameter = {
  description: 'The Matrix ID of the user to act for, raw or percent-encoded.',
  example: '@user:example.com',
  pattern: '(?:@|%40).*|[^/]*',
};

/** The Matrix ID that a path names and that the sender may act for, compared letter by letter; throws OwnerFailure. */
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
