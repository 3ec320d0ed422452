import { pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { sha256, xor } from './digest.js';
import type { Group } from './group.js';
import { bytesOfNumber, numberOf } from './number.js';

/**
 * What a server keeps of a password: the salts and g^x, x being the hash of the password
 * (core.telegram.org/api/srp).
 */
export interface SrpVerifier {
  readonly salt1: Buffer;
  readonly salt2: Buffer;
  readonly verifier: Buffer;
}

/**
 * One question put to a client: the public B, the secret exponent behind it, and k*v, which the
 * client subtracts from B.
 */
export interface SrpChallenge {
  readonly secret: Buffer;
  readonly publicB: Buffer;
  readonly mask: Buffer;
}

const saltedHash = (data: Buffer, salt: Buffer): Buffer => sha256(salt, data, salt);

/** Hashes a password as the account would have done when it was set; takes about 40 ms. */
export function makeVerifier(group: Group, password: string, salt1: Buffer, salt2: Buffer): SrpVerifier {
  const first = saltedHash(saltedHash(Buffer.from(password, 'utf8'), salt1), salt2);
  const x = saltedHash(pbkdf2Sync(first, salt1, 100_000, 64, 'sha512'), salt2);
  return { salt1, salt2, verifier: group.powerOfGenerator(x) };
}

/** B = k*v + g^b, for the secret b. */
export function makeChallenge(group: Group, verifier: SrpVerifier, secret: Buffer): SrpChallenge {
  const kv = (multiplier(group) * numberOf(verifier.verifier)) % group.prime;
  const publicB = (kv + numberOf(group.powerOfGenerator(secret))) % group.prime;
  return { secret, publicB: bytesOfNumber(publicB, 256), mask: bytesOfNumber(kv, 256) };
}

/**
 * Returns whether A and M1 prove the password; 'bad_a' if A is out of its range.
 */
export function checkProof(
  group: Group,
  verifier: SrpVerifier,
  challenge: SrpChallenge,
  proof: { readonly A: Buffer; readonly M1: Buffer },
): 'right' | 'wrong' | 'bad_a' {
  const a = numberOf(proof.A);
  if (proof.A.length > 256 || a <= 1n || a >= group.prime - 1n) return 'bad_a';
  const publicA = bytesOfNumber(a, 256);
  const u = sha256(publicA, challenge.publicB);
  const base = (a * numberOf(group.power(verifier.verifier, u))) % group.prime;
  const shared = sha256(group.power(bytesOfNumber(base, 256), challenge.secret));
  const expected = sha256(
    xor(sha256(group.primeBytes), sha256(bytesOfNumber(BigInt(group.generator), 256))),
    sha256(verifier.salt1),
    sha256(verifier.salt2),
    publicA,
    challenge.publicB,
    shared,
  );
  return proof.M1.length === expected.length && timingSafeEqual(proof.M1, expected) ? 'right' : 'wrong';
}

function multiplier(group: Group): bigint {
  return numberOf(sha256(group.primeBytes, bytesOfNumber(BigInt(group.generator), 256)));
}
