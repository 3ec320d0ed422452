import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../base/random.js';
import { beforeComputation } from './computations.js';
import { demandInRange, pickPublicValue, readGroup } from './dh-group.js';
import { sha256 } from './digests.js';
import { xor } from './ige.js';
import { bytesOf, numberOf, power } from './numbers.js';
import { demand } from './untrusted-answer.js';

/** The password parameters that account.getPassword returns (core.telegram.org/api/srp). */
export interface SrpParameters {
  readonly prime: Uint8Array;
  readonly generator: number;
  readonly salt1: Uint8Array;
  readonly salt2: Uint8Array;
  /** B, the public value of the server. */
  readonly publicB: Uint8Array;
}

/** A and M1 of inputCheckPasswordSRP. */
export interface SrpProof {
  readonly publicA: Buffer;
  readonly proof: Buffer;
}

const numberLength = 256;
const derive = promisify(pbkdf2);

/**
 * Proves the password to Telegram without revealing it. Throws UntrustedAnswer for parameters that
 * could reveal it.
 */
export async function provePassword(password: string, given: SrpParameters, random: Random): Promise<SrpProof> {
  const group = await readGroup(given.prime, given.generator);
  const { prime, generator } = group;
  const b = numberOf(given.publicB);
  demandInRange(b, group, 'public value of the server in the password check');

  const primeBytes = bytesOf(prime, numberLength);
  const generatorBytes = bytesOf(generator, numberLength);
  const bBytes = bytesOf(b, numberLength);
  const x = numberOf(await hashPassword(password, given));
  const multiplier = numberOf(sha256(primeBytes, generatorBytes));
  await beforeComputation();
  const base = (b + prime - ((multiplier * power(generator, x, prime)) % prime)) % prime;
  demandInRange(base, group, 'public value of the server in the password check');

  await beforeComputation();
  const { secret, value } = pickPublicValue(group, random);
  const publicA = bytesOf(value, numberLength);
  const u = numberOf(sha256(publicA, bBytes));
  demand(u > 0n, 'public values in the password check');
  await beforeComputation();
  const shared = sha256(bytesOf(power(base, secret + u * x, prime), numberLength));
  const proof = sha256(
    xor(sha256(primeBytes), sha256(generatorBytes)),
    sha256(given.salt1),
    sha256(given.salt2),
    publicA,
    bBytes,
    shared,
  );
  return { publicA, proof };
}

async function hashPassword(password: string, { salt1, salt2 }: SrpParameters): Promise<Buffer> {
  const salted = (data: Uint8Array, salt: Uint8Array) => sha256(salt, data, salt);
  const first = salted(salted(Buffer.from(password, 'utf8'), salt1), salt2);
  return salted(await derive(first, salt1, 100_000, 64, 'sha512'), salt2);
}
