import { createHash } from 'node:crypto';
import { computeSrpParams, NodeCryptoProvider } from '@mtcute/node/utils.js';
import type { tl } from '@mtcute/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { createGroup } from '../../../../src/sandbox/crypto/group.js';
import { igeDecrypt, igeEncrypt } from '../../../../src/sandbox/crypto/ige.js';
import { bytesOfNumber, numberOf } from '../../../../src/sandbox/crypto/number.js';
import { pickPrimePair } from '../../../../src/sandbox/crypto/prime-pair.js';
import { checkProof, makeChallenge, makeVerifier } from '../../../../src/sandbox/crypto/srp.js';

const group = createGroup();
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));

/** mtcute's cryptography, as an independent implementation. */
async function independent(): Promise<NodeCryptoProvider> {
  const crypto = new NodeCryptoProvider();
  await crypto.initialize?.();
  return crypto;
}

describe('AES-IGE', () => {
  it('agrees with another implementation, both ways', async () => {
    const crypto = await independent();
    const wholeBlocks = fc.nat({ max: 20 }).chain((blocks) => bytes(16 * (blocks + 1)));
    fc.assert(
      fc.property(bytes(32), bytes(32), wholeBlocks, (key, iv, plain) => {
        const sealed = igeEncrypt(plain, { key, iv });
        expect(sealed).toEqual(Buffer.from(crypto.createAesIge(key, iv).encrypt(plain)));
        expect(igeDecrypt(sealed, { key, iv })).toEqual(plain);
      }),
    );
  });

  it('works on whole blocks only', () => {
    expect(() => igeEncrypt(Buffer.alloc(17), { key: Buffer.alloc(32), iv: Buffer.alloc(32) })).toThrow(RangeError);
  });
});

describe('the group', () => {
  it('computes powers as arithmetic does', () => {
    fc.assert(
      fc.property(bytes(256), bytes(32), (base, exponent) => {
        fc.pre(numberOf(base) > 1n && numberOf(base) < group.prime - 1n && numberOf(exponent) > 0n);
        expect(numberOf(group.power(base, exponent))).toBe(powerByHand(numberOf(base), numberOf(exponent)));
      }),
      { numRuns: 10 },
    );
  });

  it('returns 256 bytes also if the first are zero', () => {
    expect(group.powerOfGenerator(Buffer.of(2))).toEqual(bytesOfNumber(9n, 256));
  });
});

function powerByHand(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % group.prime;
    if (bit === '1') result = (result * base) % group.prime;
  }
  return result;
}

describe('the proof of work', () => {
  it('is the product of two primes of 15 and 31 bits', () => {
    for (let round = 0; round < 50; round += 1) {
      const { p, q } = pickPrimePair(systemRandom);
      expect([p.toString(2).length, q.toString(2).length]).toEqual([15, 31]);
      expect([isPrime(p), isPrime(q)]).toEqual([true, true]);
      expect(Number.isSafeInteger(p * q)).toBe(true);
    }
  });

  it('is the product of two different primes of 31 bits if it is large', () => {
    for (let round = 0; round < 20; round += 1) {
      const { p, q } = pickPrimePair(systemRandom, 'large');
      expect([p, q].map((prime) => prime.toString(2).length)).toEqual([31, 31]);
      expect([isPrime(p), isPrime(q)]).toEqual([true, true]);
      expect(p).toBeLessThan(q);
    }
  });
});

function isPrime(value: number): boolean {
  for (let divisor = 2; divisor * divisor <= value; divisor += 1) if (value % divisor === 0) return false;
  return true;
}

describe('a password proof', () => {
  const salt1 = systemRandom.bytes(40);
  const salt2 = systemRandom.bytes(16);
  const verifier = makeVerifier(group, 'pässwört', salt1, salt2);

  /** The answer of another implementation of SRP to a challenge. */
  async function prove(password: string, publicB: Buffer): Promise<{ A: Buffer; M1: Buffer }> {
    const account = {
      _: 'account.password',
      currentAlgo: {
        _: 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow',
        salt1,
        salt2,
        g: group.generator,
        p: group.primeBytes,
      },
      srpB: publicB,
      srpId: { low: 1, high: 0 },
    } as unknown as tl.account.RawPassword;
    const answer = await computeSrpParams(await independent(), account, password);
    if (answer._ !== 'inputCheckPasswordSRP') throw new Error('no proof');
    return { A: Buffer.from(answer.A), M1: Buffer.from(answer.M1) };
  }

  it('succeeds with the right password only', async () => {
    const challenge = makeChallenge(group, verifier, systemRandom.bytes(256));
    expect(checkProof(group, verifier, challenge, await prove('pässwört', challenge.publicB))).toBe('right');
    expect(checkProof(group, verifier, challenge, await prove('passwort', challenge.publicB))).toBe('wrong');
  });

  it('fails for another challenge', async () => {
    const [one, other] = [systemRandom.bytes(256), systemRandom.bytes(256)].map((secret) =>
      makeChallenge(group, verifier, secret),
    );
    if (!one || !other) throw new Error('two challenges are needed');
    expect(checkProof(group, verifier, other, await prove('pässwört', one.publicB))).toBe('wrong');
  });

  it('is rejected if A would reveal the secret', () => {
    const challenge = makeChallenge(group, verifier, systemRandom.bytes(256));
    const M1 = createHash('sha256').digest();
    for (const a of [0n, 1n, group.prime - 1n, group.prime, 2n ** 2049n]) {
      expect(checkProof(group, verifier, challenge, { A: bytesOfNumber(a, 256), M1 })).toBe('bad_a');
    }
  });
});
