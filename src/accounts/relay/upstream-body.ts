import { canonicalAddress, isFormOf, writtenAddress, type ThirdPartyAddress } from '../../base/canonical-address.js';
import { foldCase } from '../../base/fold-case.js';
import type { Mxid } from '../../base/mxid.js';
import type { LoginAttempt, UserIdentifier } from '../authority.js';
import type { ProofSession, RequestBody } from '../threepids/account-addresses.js';
import { AccountFailure } from '../failure.js';

/**
 * Returns the body that the homeserver gets for a login as `mxid`, which the address that was typed
 * belongs to.
 */
export function bodyForUser(body: RequestBody, mxid: Mxid): RequestBody {
  return withIdentifier(body, { type: 'm.id.user', user: mxid });
}

/**
 * Returns the body that the homeserver gets for a login that only it can judge. It names the user
 * once, as the limits have counted it. Throws AccountFailure wrong_credentials if that is an
 * address without a canonical form.
 */
export function bodyAsRead({ body, proof }: Pick<LoginAttempt, 'body' | 'proof'>): RequestBody {
  return proof.kind === 'password' ? withIdentifier(body, wireIdentifier(proof.identifier)) : body;
}

/**
 * Returns the body with the session that was read; Synapse prefers `threePidCreds`, which older
 * clients send.
 */
export function bodyOfSession(body: RequestBody, { sid, clientSecret }: ProofSession): RequestBody {
  const { threePidCreds: _creds, ...rest } = body;
  return { ...rest, three_pid_creds: { sid, client_secret: clientSecret } };
}

/** Returns the form of a typed address that homeservers read as we do. */
export function formForHomeserver(typed: string, canonical: ThirdPartyAddress): string {
  // Synapse keeps e-mail addresses with their case folded, and domains in the letters that were
  // typed.
  const foldedForm = foldCase(writtenAddress(typed));
  const isSame = canonical.medium === 'email' && isFormOf(foldedForm, canonical);
  return isSame ? foldedForm : canonical.address;
}

function wireIdentifier(identifier: UserIdentifier): RequestBody {
  if (identifier.kind === 'user') return { type: 'm.id.user', user: identifier.user };
  const canonical = canonicalAddress(identifier);
  if (!canonical) throw new AccountFailure({ kind: 'wrong_credentials' });
  const { medium } = canonical;
  return { type: 'm.id.thirdparty', medium, address: formForHomeserver(identifier.address, canonical) };
}

function withIdentifier(body: RequestBody, identifier: RequestBody): RequestBody {
  // Synapse lets these members of old win over `identifier`.
  const { user: _user, medium: _medium, address: _address, ...rest } = body;
  return { ...rest, identifier };
}
