import type { Clock } from '../../src/base/clock.js';
import { signingKey, type SigningKey } from '../../src/base/ed25519.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import { createAssociationWriter } from '../../src/identity/association-writer.js';
import type { IdentityImportOptions } from '../../src/import/identity-options.js';

/** The name in signatures. */
export const identityName = 'id.example.test';

/** The key that signs. */
export const identityKey = keyOf(7);

/** Returns what bindings and invites are written with. */
export function identityImportOptions(clock: Clock): IdentityImportOptions {
  const signingKeys = { current: identityKey, all: [identityKey] };
  const writer = createAssociationWriter({ signingKeys, serverName: identityName, random: systemRandom });
  return { writer, clock, random: systemRandom };
}

/** Returns the key whose seed consists of that byte. */
export function keyOf(byte: number): SigningKey {
  const key = signingKey('0', new Secret(Buffer.alloc(32, byte).toString('base64')));
  if (!key) throw new Error('no key');
  return key;
}
