import { Api } from 'telegram';
import type { AuthKey } from 'telegram/crypto/AuthKey.js';
import { StringSession } from 'telegram/sessions/index.js';
import { Secret } from '../../base/secret.js';
import { TelegramFailure } from '../failure.js';
import { readGramjsSession } from '../formats/gramjs.js';

const authKeyLength = 256;

/**
 * A session of gramjs that keeps no entities, which would grow with every answer, and always says port 443:
 * its string holds the port as a signed 16-bit number, and nothing reads it (transport.ts knows the real one).
 */
export class LeanSession extends StringSession {
  readonly #onLoginToken: () => void;

  /**
   * `onLoginToken` is called for updateLoginToken: a QR code of this session was scanned.
   * Throws TelegramFailure `session_dead` if `saved` cannot be read or its key has not 256 bytes: no server accepts it.
   */
  constructor(saved = '', onLoginToken: () => void = () => undefined) {
    requireSession(saved);
    super(saved);
    this.#onLoginToken = onLoginToken;
  }

  override setDC(dcId: number, serverAddress: string, _port: number): void {
    super.setDC(dcId, serverAddress, 443);
  }

  /** gramjs shows all answers and updates here; its own handlers of updates would ask Telegram who we are before each. */
  override processEntities(message: unknown): void {
    if (updatesIn(message).some((update) => update instanceof Api.UpdateLoginToken)) this.#onLoginToken();
  }

  /** gramjs loads with every connection, that to another data centre too, which does not know the key that was saved. */
  override async load(): Promise<void> {
    await super.load();
    delete this._key;
  }

  /** Never keeps a key that is not one of MTProto. */
  override setAuthKey(authKey?: AuthKey, dcId?: number): undefined {
    const length = authKey?.getKey()?.length ?? authKeyLength;
    if (length !== authKeyLength) throw new Error('an auth key must have 256 bytes');
    super.setAuthKey(authKey, dcId);
  }

  /** Whether there is a key, so that no new one will be made. */
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
