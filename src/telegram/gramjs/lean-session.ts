import { Api } from 'telegram';
import type { AuthKey } from 'telegram/crypto/AuthKey.js';
import { StringSession } from 'telegram/sessions/index.js';
import { Secret } from '../../base/secret.js';
import { TelegramFailure } from '../failure.js';
import { readGramjsSession } from '../formats/gramjs.js';

const authKeyLength = 256;

/**
 * A session of gramjs that keeps no entities, because they would grow with every answer. Its port
 * is always 443: the session string holds the port as a signed 16-bit number, and nothing reads it
 * (transport.ts has the real port).
 */
export class LeanSession extends StringSession {
  readonly #onLoginToken: () => void;

  /**
   * Calls `onLoginToken` for updateLoginToken: a QR code of this session was scanned. Throws
   * TelegramFailure `session_dead` if `saved` cannot be read or its key has not 256 bytes, because
   * no server accepts it.
   */
  constructor(saved = '', onLoginToken: () => void = () => undefined) {
    requireSession(saved);
    super(saved);
    this.#onLoginToken = onLoginToken;
  }

  override setDC(dcId: number, serverAddress: string, _port: number): void {
    super.setDC(dcId, serverAddress, 443);
  }

  /**
   * gramjs passes all answers and updates here. Its own update handlers would send a getMe request
   * before each.
   */
  override processEntities(message: unknown): void {
    if (updatesIn(message).some((update) => update instanceof Api.UpdateLoginToken)) this.#onLoginToken();
  }

  /**
   * gramjs loads the session with every connection, also with one to another data centre, which
   * does not have the saved key.
   */
  override async load(): Promise<void> {
    await super.load();
    delete this._key;
  }

  /** Rejects keys that are not keys of MTProto. */
  override setAuthKey(authKey?: AuthKey, dcId?: number): undefined {
    const length = authKey?.getKey()?.length ?? authKeyLength;
    if (length !== authKeyLength) throw new Error('an auth key must have 256 bytes');
    super.setAuthKey(authKey, dcId);
  }

  /** Returns true if there is a key, so that none will be created. */
  hasKey(): boolean {
    return this._key !== undefined || this.authKey?.getKey() !== undefined;
  }
}

function updatesIn(message: unknown): readonly unknown[] {
  if (message instanceof Api.UpdateShort) return [message.update];
  if (message instanceof Api.Updates || message instanceof Api.UpdatesCombined) return message.updates;
  return [];
}

function requireSession(saved: string): void {
  if (saved === '') return;
  try {
    readGramjsSession(new Secret(saved));
  } catch (cause) {
    throw new TelegramFailure({ kind: 'session_dead', reason: 'auth_key_forgotten' }, { cause });
  }
}
