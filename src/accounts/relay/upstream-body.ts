import type { Mxid } from '../../base/mxid.js';
import type { LoginAttempt } from '../authority.js';
import { canonicalAddress } from '../../base/canonical-address.js';

type Body = Readonly<Record<string, unknown>>;

/** The body that the homeserver gets for a login as `mxid`, which the address that was typed belongs to. */
export function bodyForUser(body: Body, mxid: Mxid): Body {
  return withIdentifier(body, { type: 'm.id.user', user: mxid });
}

/** The body that the homeserver gets for a login that only it can judge: what came, in the spelling that homeservers understand. */
export function bodyAsSpelled({ body, proof }: Pick<LoginAttempt, 'body' | 'proof'>): Body {
  const { identifier } = body;
  if (proof.kind !== 'password' || proof.identifier.kind !== 'address') return body;
  // Synapse reads phone numbers more strictly than we do: its 400 for one that we can read would tell that we do not know it.
  const phone = proof.identifier.medium === 'msisdn' ? canonicalAddress(proof.identifier) : undefined;
  if (phone !== undefined) return withIdentifier(body, { type: 'm.id.thirdparty', ...phone });
  if (!isObject(identifier)) return body;
  // The specification says `phone`; Synapse fails where `number` is missing, and never looks at `phone` alone.
  if (identifier['type'] === 'm.id.phone') {
    const number = identifier['phone'] ?? identifier['number'];
    return { ...body, identifier: { ...identifier, phone: number, number } };
  }
  // An example in the specification has no type here, which homeservers refuse.
  if (identifier['type'] === undefined) return { ...body, identifier: { type: 'm.id.thirdparty', ...identifier } };
  return body;
}

function withIdentifier(body: Body, identifier: Body): Body {
  // Synapse lets these members of old win over `identifier`.
  const { user: _user, medium: _medium, address: _address, ...rest } = body;
  return { ...rest, identifier };
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
