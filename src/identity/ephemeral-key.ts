import { encodeBase64, signingKey, type SigningKey } from '../base/ed25519.js';
import type { Random } from '../base/random.js';
import { Secret } from '../base/secret.js';

/** A key for a single invite. */
export interface EphemeralKey {
  readonly key: SigningKey;
  /** In base64 of the URL-safe alphabet. */
  readonly privateKey: Secret;
}

/** The key version in signatures of ephemeral keys. */
const version = '0';
const seedBytes = 32;

/**
 * Returns the key with that private key in base64 of either alphabet, or undefined if it is
 * invalid.
 */
export function readEphemeralKey(privateKey: Secret): SigningKey | undefined {
  return signingKey(version, new Secret(privateKey.reveal().replaceAll(' ', '+')));
}

/**
 * Returns a new key whose public key is the same text in both alphabets of base64, because
 * homeservers disagree about the alphabet. A quarter of all keys qualify.
 */
export function makeEphemeralKey(random: Random): EphemeralKey {
  for (;;) {
    const seed = random.bytes(seedBytes);
    const key = signingKey(version, new Secret(encodeBase64(seed)));
    if (key && !/[+/]/.test(key.publicKey)) return { key, privateKey: new Secret(seed.toString('base64url')) };
  }
}
