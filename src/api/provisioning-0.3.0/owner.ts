import { Failure } from '../../base/failure.js';
import { parseMxid, type Mxid } from '../../base/mxid.js';
import type { PathParameter } from '../../http/endpoint.js';

/** What can be wrong with the Matrix ID in a path. */
export type OwnerFault = { readonly kind: 'mxid_empty' } | { readonly kind: 'mxid_invalid' };

/** Thrown by readOwner. */
export class OwnerFailure extends Failure<OwnerFault> {}

/** The Matrix ID in a path, raw or percent-encoded: whatever begins with an @, slashes included, or any one segment, be it empty. */
export const mxidParameter: PathParameter = {
  description: 'The Matrix ID of the user to act for, raw or percent-encoded.',
  example: '@user:example.com',
  pattern: '(?:@|%40).*|[^/]*',
};

/** The Matrix ID that a path names; throws OwnerFailure. */
export function readOwner(params: { readonly mxid: string }): Mxid {
  if (params.mxid === '') throw new OwnerFailure({ kind: 'mxid_empty' });
  const owner = parseMxid(params.mxid);
  if (owner === undefined) throw new OwnerFailure({ kind: 'mxid_invalid' });
  return owner;
}
