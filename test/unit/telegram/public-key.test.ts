import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { describe, expect, it } from 'vitest';
import { readPublicKey } from '../../../src/telegram/public-key.js';

const bytesOf = (decimal: string): Buffer => Buffer.from(BigInt(decimal).toString(16), 'hex');

function pemOf(modulus: Buffer, type: 'pkcs1' | 'spki'): string {
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type, format: 'pem' }).toString();
}

describe('a public key of a Telegram network', () => {
  it.each(['pkcs1', 'spki'] as const)(
    'has the fingerprints that gramjs contains for the keys of Telegram (%s)',
    (type) => {
      for (const [fingerprint, { n, e }] of _serverKeys) {
        const key = readPublicKey(pemOf(bytesOf(n.toString()), type));
        expect(key).toEqual({ fingerprint, modulus: bytesOf(n.toString()), exponent: e });
      }
      expect(_serverKeys.size).toBeGreaterThan(1);
    },
  );

  it('is rejected if it is not an RSA key', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => readPublicKey(pem)).toThrow('RSA');
  });
});
