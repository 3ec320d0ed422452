import { createDiffieHellman } from 'node:crypto';
import { numberOf } from './number.js';

// The prime that Telegram's servers use for key exchange and passwords; clients know it and skip
// their primality tests.
const primeHex =
  'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37' +
  '20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f642477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4' +
  'a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4' +
  'e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b';

/** The multiplicative group that keys and passwords are computed in. */
export interface Group {
  readonly generator: number;
  readonly primeBytes: Buffer;
  readonly prime: bigint;
  /** base^exponent modulo the prime, in 256 bytes; the base must be above 1 and below prime - 1. */
  power(base: Buffer, exponent: Buffer): Buffer;
  /** generator^exponent modulo the prime, in 256 bytes. */
  powerOfGenerator(exponent: Buffer): Buffer;
}

/**
 * Making a group costs about 150 ms, because node:crypto tests the prime; using it costs about 2
 * ms.
 */
export function createGroup(): Group {
  const generator = 3;
  const primeBytes = Buffer.from(primeHex, 'hex');
  const exchange = createDiffieHellman(primeBytes, generator);
  const generatorBytes = Buffer.alloc(256);
  generatorBytes.writeUInt8(generator, 255);
  const power = (base: Buffer, exponent: Buffer): Buffer => {
    exchange.setPrivateKey(exponent);
    const result = exchange.computeSecret(base);
    return Buffer.concat([Buffer.alloc(256 - result.length), result]);
  };
  return {
    generator,
    primeBytes,
    prime: numberOf(primeBytes),
    power,
    powerOfGenerator: (exponent) => power(generatorBytes, exponent),
  };
}
