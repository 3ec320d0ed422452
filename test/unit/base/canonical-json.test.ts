import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, NotCanonical } from '../../../src/base/canonical-json.js';
import { decodeBase64, encodeBase64, isSignedBy, signingKey, type SigningKey } from '../../../src/base/ed25519.js';
import { Secret } from '../../../src/base/secret.js';
import { hasSignature, signJson } from '../../../src/base/signed-json.js';

describe('canonical JSON', () => {
  // The examples of the Matrix appendices, and texts that sorting by UTF-16 units would order
  // wrongly.
  it.each([
    [{}, '{}'],
    [{ one: 1, two: 'Two' }, '{"one":1,"two":"Two"}'],
    [{ b: '2', a: '1' }, '{"a":"1","b":"2"}'],
    [{ a: '日本語' }, '{"a":"日本語"}'],
    [{ 本: 2, 日: 1 }, '{"日":1,"本":2}'],
    [{ a: '\u65E5' }, '{"a":"日"}'],
    [{ a: null }, '{"a":null}'],
    [{ '\u{1F600}': 1, '\uFF5E': 2 }, '{"\uFF5E":2,"\u{1F600}":1}'],
    [{ a: undefined, b: [true, { d: 1, c: 2 }] }, '{"b":[true,{"c":2,"d":1}]}'],
    [{ a: '"\\\n\u0007\u007f\u2028' }, '{"a":"\\"\\\\\\n\\u0007\u007f\u2028"}'],
  ])('writes %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([[1.5], [-0], [2 ** 53], [Number.NaN], ['\ud800'], [{ '\udc00': 1 }], [() => 1], [undefined], [[undefined]]])(
    'refuses %o',
    (value) => {
      expect(() => canonicalJson(value)).toThrow(NotCanonical);
    },
  );

  it('refuses a value that is nested too deeply', () => {
    const deep = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`) as unknown;
    expect(() => canonicalJson(deep)).toThrow(NotCanonical);
  });

  const json = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean(), tie('object')),
    object: fc.dictionary(fc.string({ unit: 'binary' }), tie('value')),
  })).value;

  it('is the same for every order of the keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

describe('ed25519', () => {
  // The test vectors of the Matrix appendices.
  const key = readKey('1', 'YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1');

  it('has the public key of its seed', () => {
    expect(key.publicKey).toBe('XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI');
    expect(key.keyId).toBe('ed25519:1');
  });

  it.each([
    [{}, 'K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ'],
    [{ one: 1, two: 'Two' }, 'KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw'],
  ])('signs %j', (object, signature) => {
    expect(signJson(object, 'domain', key)).toEqual({ ...object, signatures: { domain: { 'ed25519:1': signature } } });
  });

  it('keeps other signatures and unsigned members, and signs neither', () => {
    const object = {
      one: 1,
      two: 'Two',
      unsigned: { age: 1.5 },
      signatures: { other: { 'ed25519:0': 'x' }, domain: { 'ed25519:0': 'y' } },
    };
    const signed = signJson(object, 'domain', key);
    expect(signed).toMatchObject(object);
    expect(signed.signatures['domain']).toHaveProperty(
      ['ed25519:1'],
      'KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw',
    );
    expect(hasSignature(signed, 'domain', 'ed25519:1', key.publicKey)).toBe(true);
    expect(hasSignature({ ...signed, one: 2 }, 'domain', 'ed25519:1', key.publicKey)).toBe(false);
    expect(hasSignature(signed, 'other', 'ed25519:0', key.publicKey)).toBe(false);
    expect(hasSignature(signed, 'unknown', 'ed25519:1', key.publicKey)).toBe(false);
  });

  it('accepts keys and signatures in either alphabet, and no other text for a key', () => {
    const bytes = Buffer.from('text');
    const urlSafe = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_');
    expect(isSignedBy(urlSafe(key.publicKey), urlSafe(key.sign(bytes)), bytes)).toBe(true);
    expect(isSignedBy('short', key.sign(bytes), bytes)).toBe(false);
    expect(isSignedBy(key.publicKey, '!', bytes)).toBe(false);
    expect(signingKey('0', new Secret('dG9vIHNob3J0'))).toBeUndefined();
    expect(signingKey('0', new Secret('not base64 at all'))).toBeUndefined();
  });

  it('decodes the base64 that it encodes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64(encodeBase64(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

function readKey(version: string, seed: string): SigningKey {
  const key = signingKey(version, new Secret(seed));
  if (key === undefined) throw new Error('no key');
  return key;
}
