import { canonicalAddress, isFormOf, writtenAddress, type ThirdPartyAddress } from '../../base/canonical-address.js';
import { foldCase } from '../../base/fold-case.js';
import type { Mxid } from '../../base/mxid.js';
import type { LoginAttempt, UserIdentifier } from '../authority.js';
import type { AddressRemoval, AddressTokenRequest, ProofSession, RequestBody } from '../threepids/account-addresses.js';
import { AccountFailure } from '../failure.js';

/**
 * Returns the body for a login at the homeserver as `mxid`, the owner of the 3PID that was typed.
 */
export function bodyForUser(body: RequestBody, mxid: Mxid): RequestBody {
  return withIdentifier(body, { type: 'm.id.user', user: mxid });
}

/**
 * Returns the body for a login that only the homeserver can judge. It names the user once, as the
 * rate limits counted it. Throws AccountFailure wrong_credentials for a 3PID without a canonical
 * form.
 */
export function bodyAsRead({ body, proof }: Pick<LoginAttempt, 'body' | 'proof'>): RequestBody {
  return proof.kind === 'password' ? withIdentifier(body, wireIdentifier(proof.identifier)) : body;
}

/**
 * Returns the body with the session that was read. Synapse prefers `threePidCreds`, which older
 * clients send.
 */
export function bodyOfSession(body: RequestBody, { sid, clientSecret }: ProofSession): RequestBody {
  const { threePidCreds: _creds, ...rest } = body;
  return { ...rest, three_pid_creds: { sid, client_secret: clientSecret } };
}

/** Returns the homeserver's request for the normalized 3PID. */
export function tokenBody(
  { address: typed, body, country }: AddressTokenRequest,
  canonical: ThirdPartyAddress,
): RequestBody {
  // With the plus, the country does not change the number, but homeservers require one.
  if (canonical.medium === 'msisdn') {
    return { ...body, country: country ?? 'GB', phone_number: `+${canonical.address}` };
  }
  return { ...body, email: formForHomeserver(typed, canonical) };
}

/**
 * Returns the body for the homeserver. A 3PID without a canonical form is forwarded as it was sent.
 */
export function removalBody(removal: AddressRemoval): RequestBody {
  const canonical = canonicalAddress(removal);
  return canonical ? { ...removal.body, address: formForHomeserver(removal.address, canonical) } : removal.body;
}

/** Returns a form of the typed address that homeservers read like this daemon. */
function formForHomeserver(typed: string, canonical: ThirdPartyAddress): string {
  // Synapse stores e-mail addresses with folded case, but domains as typed.
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
  // In Synapse these deprecated members take precedence over `identifier`.
  const { user: _user, medium: _medium, address: _address, ...rest } = body;
  return { ...rest, identifier };
}
