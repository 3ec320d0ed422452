import { createHash } from 'node:crypto';
import type { Mxid } from '../../base/mxid.js';

/** The one request that an authentication is good for. */
export interface UiaOperation {
  readonly owner: Mxid;
  readonly method: string;
  readonly path: string;
  /** The body without its member `auth`. */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Names the operation: equal where user, method, path and parameters are, whatever the order of the
 * latter's members.
 */
export function nameOperation({ owner, method, path, params }: UiaOperation): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered([owner, method, path, params])))
    .digest('base64url');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  // As pairs, since an object would put members with numbers for names first.
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return { members: members.map(([name, member]) => [name, ordered(member)]) };
}
