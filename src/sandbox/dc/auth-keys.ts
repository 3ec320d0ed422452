import { sha1 } from '../crypto/digest.js';

/** A key that a client and a data centre agreed on. */
export interface AuthKey {
  /** The low 64 bits of its SHA-1, signed, as packets carry it. */
  readonly id: bigint;
  /** The same as text: the name of the key in everything above the protocol. */
  readonly name: string;
  readonly bytes: Buffer;
  /** What the key exchange settled besides the key; undefined for a key from elsewhere. */
  readonly origin: KeyOrigin | undefined;
}

/** What a key exchange settles besides the key. Times are in milliseconds since 1970. */
export interface KeyOrigin {
  readonly createdAt: number;
  /** The server salt that both sides compute from the nonces. */
  readonly firstSalt: bigint;
  /** When a temporary key ends; undefined for a permanent one. */
  readonly expiresAt: number | undefined;
}

/** Names a key by its 256 bytes. */
export function authKeyOf(bytes: Buffer, origin?: KeyOrigin): AuthKey {
  const id = sha1(bytes).readBigInt64LE(12);
  return { id, name: BigInt.asUintN(64, id).toString(16).padStart(16, '0'), bytes, origin };
}
