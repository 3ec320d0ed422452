import { Api } from 'telegram';
import type { AuthKey } from 'telegram/crypto/AuthKey.js';
import { StringSession } from 'telegram/sessions/index.js';
import { authKeyOf } from '../formats/auth-key.js';
import { writeGramjsSession } from '../formats/gramjs.js';
import type { PortableSession } from '../portable-session.js';

const authKeyLength = 256;
const port = 443;

/**
 * A session of gramjs that keeps no entities, because they would grow with every answer. Its port
 * is always 443: gramjs reads the port as a signed 16-bit number, and nothing uses it (transport.ts
 * has the real port).
 */
export class LeanSession extends StringSession {
  readonly #onLoginToken: () => void;

  /**
   * Continues `saved`, or begins a new session. Calls `onLoginToken` for updateLoginToken: a QR
   * code of this session was scanned.
   */
  constructor(saved?: PortableSession, onLoginToken: () => void = () => undefined) {
    super(saved === undefined ? '' : writeGramjsSession({ ...saved, port }).reveal());
    this.#onLoginToken = onLoginToken;
  }

  override setDC(dcId: number, serverAddress: string, _port: number): void {
    super.setDC(dcId, serverAddress, port);
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

  /** Returns the session. Returns undefined until its key is created or loaded. */
  read(): PortableSession | undefined {
    const key = this.authKey?.getKey();
    if (key === undefined) return undefined;
    return { dcId: this.dcId, address: this.serverAddress, port, authKey: authKeyOf(key) };
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
