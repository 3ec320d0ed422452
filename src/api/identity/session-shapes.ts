import { Secret } from '../../base/secret.js';
import type { Purpose, SessionKey, SubmissionKey } from '../../threepid/validation.js';
import { text } from './input.js';
import type { ErrorKind } from './wire-error.js';

/** What names a session on the wire. */
export const sessionMembers = {
  sid: text('The session ID that requestToken gave.', '1234'),
  client_secret: text('The client secret that was given to requestToken.', 'monkeys_are_GREAT'),
};

/** What names a session, and the token that was sent. */
export const tokenMembers = { ...sessionMembers, token: text('The token that was sent to the address.') };

/** What can go wrong with a session that has to be validated. */
export const validatedSessionKinds: readonly ErrorKind[] = [
  'threepid:client_secret_invalid',
  'threepid:session_unknown',
  'threepid:session_expired',
  'threepid:session_not_validated',
];

interface SessionOnWire {
  readonly sid: string;
  readonly client_secret: string;
}

/** The session that is named, where it is for that purpose. */
export function readSession(purpose: Purpose, { sid, client_secret: clientSecret }: SessionOnWire): SessionKey {
  return { purpose, sid, clientSecret };
}

/** The session that is named, where it is for that purpose and an address of that medium, and its token. */
export function readSubmission(
  purpose: Purpose,
  medium: SubmissionKey['medium'],
  { token, ...session }: SessionOnWire & { readonly token: string },
): { readonly key: SubmissionKey; readonly token: Secret } {
  return { key: { ...readSession(purpose, session), medium }, token: new Secret(token) };
}
