import { createHash } from 'node:crypto';
import type { Mxid } from '../../base/mxid.js';

/** The one request that an authentication is valid for. */
export interface UiaOperation {
  readonly owner: Mxid;
  readonly method: string;
  readonly path: string;
  /** The body without its member `auth`. */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Returns a name for the operation. Names are equal if user, method, path and parameters are, in
 * any order of members.
 */
export function nameOperation({ owner, method, path, params }: UiaOperation): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered([owner, method, path, params])))
    .digest('base64url');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  // As pairs, because an object would reorder members with numeric names.
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return { members: members.map(([name, member]) => [name, ordered(member)]) };
}
