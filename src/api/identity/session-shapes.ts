import { Secret } from '../../base/secret.js';
import type { Purpose, SessionKey, SubmissionKey } from '../../threepid/validation.js';
import { text } from './input.js';
import type { ErrorKind } from './wire-error.js';

/** The members that identify a session. */
export const sessionMembers = {
  sid: text('The session ID from requestToken.', '1234'),
  client_secret: text('The client secret sent to requestToken.', 'monkeys_are_GREAT'),
};

/** The members that identify a session, and the token that was sent. */
export const tokenMembers = { ...sessionMembers, token: text('The token that was sent to the 3PID.') };

/** The errors of a session that must be validated. */
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

/** Returns the session if it has this purpose. */
export function readSession(purpose: Purpose, { sid, client_secret: clientSecret }: SessionOnWire): SessionKey {
  return { purpose, sid, clientSecret };
}

/** Returns the session and its token if it has this purpose and medium. */
export function readSubmission(
  purpose: Purpose,
  medium: SubmissionKey['medium'],
  { token, ...session }: SessionOnWire & { readonly token: string },
): { readonly key: SubmissionKey; readonly token: Secret } {
  return { key: { ...readSession(purpose, session), medium }, token: new Secret(token) };
}
