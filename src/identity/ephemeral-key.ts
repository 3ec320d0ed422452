import { encodeBase64, signingKey, type SigningKey } from '../base/ed25519.js';
import type { Random } from '../base/random.js';
import { Secret } from '../base/secret.js';

/** A key that serves one invite. */
export interface EphemeralKey {
  readonly key: SigningKey;
  /** In base64 of the URL-safe alphabet. */
  readonly privateKey: Secret;
}

/** The version that signatures of ephemeral keys are under. */
const version = '0';
const seedBytes = 32;

/**
 * Returns the key with that private key in base64 of either alphabet, or undefined if it is none.
 */
export function readEphemeralKey(privateKey: Secret): SigningKey | undefined {
  return signingKey(version, new Secret(privateKey.reveal().replaceAll(' ', '+')));
}

/**
 * Returns a fresh key, of which the public key is the same text in both alphabets of base64:
 * homeservers do not agree which of them it should be in. A quarter of all keys are so.
 */
export function makeEphemeralKey(random: Random): EphemeralKey {
  for (;;) {
    const seed = random.bytes(seedBytes);
    const key = signingKey(version, new Secret(encodeBase64(seed)));
    if (key && !/[+/]/.test(key.publicKey)) return { key, privateKey: new Secret(seed.toString('base64url')) };
  }
}
