import { Secret } from '../base/secret.js';
import type { ValidationSessionKey } from '../database/tables/validation-sessions.js';
import type { Messenger } from '../delivery/messenger.js';
import { readDestination, type Destination } from './destination.js';
import { ThreepidFailure } from './failure.js';
import { readNextLink, type NextLinkPolicy } from './next-link.js';
import { opaqueIdPattern, type SessionKey, type TokenRequest } from './validation.js';

/** A request for a token that can be met. */
export interface ReadRequest extends Pick<
  TokenRequest,
  'purpose' | 'sendAttempt' | 'nextLink' | 'brand' | 'asker' | 'admit' | 'isQuiet'
> {
  readonly destination: Destination;
  readonly clientSecret: Secret;
}

/** What is allowed to be asked for. */
export interface RequestPolicies {
  readonly messenger: Pick<Messenger, 'canSend'>;
  readonly nextLinks: NextLinkPolicy;
  readonly allowedCountries: readonly string[];
}

/** Checks a request by itself; throws ThreepidFailure. */
export function readRequest(request: TokenRequest, policies: RequestPolicies): ReadRequest {
  const { purpose, typed, sendAttempt, brand, asker, admit, isQuiet } = request;
  const clientSecret = readClientSecret(request.clientSecret);
  const { medium } = typed;
  if (!policies.messenger.canSend(medium === 'email' ? 'email_validation' : 'phone_validation')) {
    throw new ThreepidFailure({ kind: 'medium_unsupported', medium });
  }
  const destination = readDestination(typed, policies.allowedCountries);
  const nextLink = request.nextLink === undefined ? undefined : readNextLink(request.nextLink, policies.nextLinks);
  if (request.nextLink !== undefined && nextLink === undefined) {
    throw new ThreepidFailure({ kind: 'next_link_refused' });
  }
  return { purpose, destination, clientSecret, sendAttempt, nextLink, brand, asker, admit, isQuiet };
}

/**
 * Returns the name of a session that may exist; throws ThreepidFailure client_secret_invalid, and
 * session_unknown for what is no name of any.
 */
export function readKey({ purpose, sid, clientSecret }: SessionKey): ValidationSessionKey {
  const secret = readClientSecret(clientSecret);
  if (!opaqueIdPattern.test(sid)) throw new ThreepidFailure({ kind: 'session_unknown' });
  return { id: sid, purpose, clientSecret: secret };
}

function readClientSecret(text: string): Secret {
  if (!opaqueIdPattern.test(text)) throw new ThreepidFailure({ kind: 'client_secret_invalid' });
  return new Secret(text);
}
