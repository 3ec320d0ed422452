import { canonicalJson } from './canonical-json.js';
import { isSignedBy, type SigningKey } from './ed25519.js';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Returns the bytes that are signed of an object: all but `signatures` and `unsigned` (Matrix
 * appendices, "Signing JSON"). Throws NotCanonical.
 */
function bytesToSign(object: JsonObject): Buffer {
  const { signatures: _signatures, unsigned: _unsigned, ...rest } = object;
  return Buffer.from(canonicalJson(rest), 'utf8');
}

/**
 * Returns the object with the signature of a server added to the existing ones. Throws
 * NotCanonical.
 */
export function signJson<T extends JsonObject>(
  object: T,
  server: string,
  key: SigningKey,
): T & { signatures: JsonObject } {
  const signatures = asObject(object['signatures']);
  const own = { ...asObject(signatures[server]), [key.keyId]: key.sign(bytesToSign(object)) };
  return { ...object, signatures: { ...signatures, [server]: own } };
}

/**
 * Returns whether the object carries this server's signature with this key. Throws NotCanonical.
 */
export function hasSignature(object: JsonObject, server: string, keyId: string, publicKey: string): boolean {
  const signature = asObject(asObject(object['signatures'])[server])[keyId];
  return typeof signature === 'string' && isSignedBy(publicKey, signature, bytesToSign(object));
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
