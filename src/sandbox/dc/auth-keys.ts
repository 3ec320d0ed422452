import { sha1 } from '../crypto/digest.js';

/** A key that a client and a data centre agreed on. */
export interface AuthKey {
  /** The low 64 bits of its SHA-1, signed, as packets carry it. */
  readonly id: bigint;
  /** The same as text: the name by which everything above the protocol knows the key. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Names a key by its 256 bytes. */
export function authKeyOf(bytes: Buffer): AuthKey {
  const id = sha1(bytes).readBigInt64LE(12);
  return { id, name: BigInt.asUintN(64, id).toString(16).padStart(16, '0'), bytes };
}
