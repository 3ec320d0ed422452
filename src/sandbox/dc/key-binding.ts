import { sha1 } from '../crypto/digest.js';
import { igeDecrypt, type IgeKey } from '../crypto/ige.js';
import type { TlCodec } from '../tl/codec.js';
import { TlFailure } from '../tl/failure.js';
import { bytesOf, intOf, longOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import type { AuthKey } from './auth-keys.js';

/** A call of auth.bindTempAuthKey and the message that carried it. */
export interface BindRequest {
  readonly request: TlObject;
  readonly msgId: bigint;
  readonly sessionId: bigint;
}

const headLength = 32;

/**
 * Returns whether the message inside auth.bindTempAuthKey proves that the client has the permanent
 * key (core.telegram.org/api/pfs).
 */
export function isBindingValid(
  mtproto: TlCodec,
  { temporary, permanent }: { readonly temporary: AuthKey; readonly permanent: AuthKey },
  { request, msgId, sessionId }: BindRequest,
): boolean {
  const inner = openInner(mtproto, permanent, bytesOf(request, 'encrypted_message'), msgId);
  if (inner?._ !== 'bind_auth_key_inner') return false;
  return (
    longOf(inner, 'nonce') === longOf(request, 'nonce') &&
    longOf(inner, 'temp_auth_key_id') === temporary.id &&
    longOf(inner, 'perm_auth_key_id') === permanent.id &&
    longOf(inner, 'temp_session_id') === sessionId &&
    intOf(inner, 'expires_at') === intOf(request, 'expires_at')
  );
}

// Returns the inner message, or undefined if it is malformed. It is encrypted as in MTProto 1.0,
// with random bytes in place of salt and session, and has the ID of the outer message.
function openInner(mtproto: TlCodec, key: AuthKey, packet: Buffer, msgId: bigint): TlObject | undefined {
  const sealed = packet.subarray(24);
  if (sealed.length < headLength || sealed.length % 16 !== 0 || packet.readBigInt64LE() !== key.id) return undefined;
  const messageKey = packet.subarray(8, 24);
  const plain = igeDecrypt(sealed, oldMessageCipher(key.bytes, messageKey));
  const length = headLength + plain.readUInt32LE(28);
  if (length > plain.length || plain.readBigInt64LE(16) !== msgId) return undefined;
  if (!sha1(plain.subarray(0, length)).subarray(4, 20).equals(messageKey)) return undefined;
  try {
    return mtproto.decode(plain.subarray(headLength, length));
  } catch (error) {
    if (error instanceof TlFailure) return undefined;
    throw error;
  }
}

function oldMessageCipher(key: Buffer, messageKey: Buffer): IgeKey {
  const a = sha1(messageKey, key.subarray(0, 32));
  const b = sha1(key.subarray(32, 48), messageKey, key.subarray(48, 64));
  const c = sha1(key.subarray(64, 96), messageKey);
  const d = sha1(messageKey, key.subarray(96, 128));
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 20), c.subarray(4, 16)]),
    iv: Buffer.concat([a.subarray(8, 20), b.subarray(0, 8), c.subarray(16, 20), d.subarray(0, 8)]),
  };
}
