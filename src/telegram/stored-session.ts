import { isIP } from 'node:net';
import { Secret } from '../base/secret.js';
import { TelegramFailure } from './failure.js';
import { authKeyBytes } from './formats/auth-key.js';
import { readGramjsSession } from './formats/gramjs.js';
import type { TelegramSession } from './gateway.js';
import type { PortableSession } from './portable-session.js';

/** Returns the session in the form that is stored: JSON, the same for each engine. */
export function writeStoredSession({ dcId, address, port, authKey }: PortableSession): TelegramSession {
  return new Secret(JSON.stringify({ dc: dcId, address, port, key: authKey.reveal() }));
}

/**
 * Reads a stored session. Also reads the session string of gramjs, the only form before 0.2.0.
 * Throws if the text is neither, or the key has not 256 bytes. The error does not contain the text.
 */
export function readStoredSession(session: TelegramSession): PortableSession {
  if (!session.reveal().startsWith('{')) return readGramjsSession(session);
  const { dc, address, port, key } = parse(session.reveal());
  if (!isNumberUpTo(dc, 0xff) || !isNumberUpTo(port, 0xffff)) throw notASession();
  if (typeof address !== 'string' || isIP(address) === 0 || typeof key !== 'string') throw notASession();
  const authKey = new Secret(key);
  authKeyBytes(authKey);
  return { dcId: dc, address, port, authKey };
}

/**
 * Reads a stored session to connect on it. Throws TelegramFailure `session_dead` if it cannot be
 * read, because no data centre accepts it.
 */
export function continueSession(session: TelegramSession): PortableSession {
  try {
    return readStoredSession(session);
  } catch (cause) {
    throw new TelegramFailure({ kind: 'session_dead', reason: 'auth_key_forgotten' }, { cause });
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // The error of JSON.parse contains a part of the text.
    throw notASession();
  }
}

function isNumberUpTo(value: unknown, max: number): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= max;
}

function notASession(): Error {
  return new Error('not a stored session');
}
