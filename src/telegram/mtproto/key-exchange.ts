import { constants, createPublicKey, publicEncrypt, type KeyObject } from 'node:crypto';
import type { Random } from '../../base/random.js';
import { beforeComputation } from './computations.js';
import { demandInRange, pickPublicValue, readGroup, type DhGroup } from './dh-group.js';
import { sha1, sha256 } from './digests.js';
import { factorize } from './factorize.js';
import { decryptIge, encryptIge, xor, type IgeKey } from './ige.js';
import { bytesOf, numberOf, power } from './numbers.js';
import { TlBytes, tlInt, tlLong, tlString } from './tl-bytes.js';
import { demand } from './untrusted-answer.js';

/** An RSA key of Telegram's servers. The fingerprint is a signed number of 64 bits. */
export interface ServerPublicKey {
  readonly fingerprint: bigint;
  readonly modulus: bigint;
  readonly exponent: bigint;
}

export interface KeyExchangeDeps {
  /** Sends one unencrypted request and resolves with its answer. */
  readonly send: (request: Buffer) => Promise<Buffer>;
  /** Returns the key with this fingerprint, or undefined if it is not trusted. */
  readonly findKey: (fingerprint: bigint) => ServerPublicKey | undefined;
  readonly random: Random;
}

/** An authorization key of 256 bytes, and the server's time in seconds since 1970. */
export interface NewAuthKey {
  readonly authKey: Buffer;
  /** The first server salt of the key, a signed number of 64 bits. */
  readonly salt: bigint;
  readonly serverTime: number;
}

const keyLength = 256;

/**
 * Creates an authorization key with a data centre (core.telegram.org/mtproto/auth_key), with every
 * check that the page demands. Throws UntrustedAnswer if an answer fails one.
 */
export async function exchangeKey({ send, findKey, random }: KeyExchangeDeps): Promise<NewAuthKey> {
  const nonce = random.bytes(16);
  const begun = readResPq(await send(Buffer.concat([tlInt(0xbe7e8ef1), nonce])), nonce);
  const { pq, serverNonce } = begun;
  const serverKey = begun.fingerprints.map(findKey).find((key) => key !== undefined);
  demand(serverKey !== undefined, 'public key of the server');
  await beforeComputation();
  const factors = factorize(numberOf(pq));
  demand(factors !== undefined, 'product of two primes');
  const [p, q] = factors.map((factor) => tlString(bytesOf(factor)));
  demand(p !== undefined && q !== undefined, 'product of two primes');

  const newNonce = random.bytes(32);
  const inner = Buffer.concat([tlInt(0x83c95aec), tlString(pq), p, q, nonce, serverNonce, newNonce]);
  const nonces = { nonce, serverNonce };
  const encrypted = sealForServer(inner, serverKey, random);
  const ask = Buffer.concat([tlInt(0xd712e4be), nonce, serverNonce, p, q, tlLong(serverKey.fingerprint)]);
  const cipher = cipherOf(newNonce, serverNonce);
  const answer = readDhParams(await send(Buffer.concat([ask, tlString(encrypted)])), nonces);
  const { group, publicA, serverTime } = await readDhInnerData(answer, nonces, cipher);

  await beforeComputation();
  const { secret, value } = pickPublicValue(group, random);
  const publicB = tlString(bytesOf(value, keyLength));
  const client = Buffer.concat([tlInt(0x6643b654), nonce, serverNonce, tlLong(0n), publicB]);
  const hashed = Buffer.concat([sha1(client), client]);
  const padded = Buffer.concat([hashed, random.bytes((16 - (hashed.length % 16)) % 16)]);
  const finish = Buffer.concat([tlInt(0xf5045f1f), nonce, serverNonce, tlString(encryptIge(padded, cipher))]);
  await beforeComputation();
  const authKey = bytesOf(power(publicA, secret, group.prime), keyLength);
  checkEnd(await send(finish), nonces, newNonce, authKey);
  const salt = xor(newNonce.subarray(0, 8), serverNonce.subarray(0, 8)).readBigInt64LE();
  return { authKey, salt, serverTime };
}

interface Nonces {
  readonly nonce: Buffer;
  readonly serverNonce: Buffer;
}

function readResPq(answer: Buffer, nonce: Buffer) {
  const reader = new TlBytes(answer);
  demand(reader.constructorId() === 0x05162463, 'kind of answer to req_pq_multi');
  demand(reader.raw(16).equals(nonce), 'nonce');
  const serverNonce = reader.raw(16);
  const pq = reader.string();
  demand(reader.constructorId() === 0x1cb5c415, 'list of fingerprints');
  const fingerprints = Array.from({ length: reader.int() }, () => reader.long());
  reader.end();
  return { serverNonce, pq, fingerprints };
}

/**
 * RSA_PAD of the page: pads the data to 192 bytes and encrypts it with a random key, so that the
 * result is a number below the modulus.
 */
function sealForServer(data: Buffer, { modulus, exponent }: ServerPublicKey, random: Random): Buffer {
  const key = rsaKeyOf(modulus, exponent);
  const padded = Buffer.concat([data, random.bytes(192 - data.length)]);
  const reversed = Buffer.from(padded).reverse();
  for (;;) {
    const dataKey = random.bytes(32);
    const hashed = Buffer.concat([reversed, sha256(dataKey, padded)]);
    const sealed = encryptIge(hashed, { key: dataKey, iv: Buffer.alloc(32) });
    const whole = Buffer.concat([xor(dataKey, sha256(sealed)), sealed]);
    if (numberOf(whole) >= modulus) continue;
    return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, whole);
  }
}

function rsaKeyOf(modulus: bigint, exponent: bigint): KeyObject {
  const text = (number: bigint) => bytesOf(number).toString('base64url');
  return createPublicKey({ key: { kty: 'RSA', n: text(modulus), e: text(exponent) }, format: 'jwk' });
}

function readDhParams(answer: Buffer, { nonce, serverNonce }: Nonces): Buffer {
  const reader = new TlBytes(answer);
  demand(reader.constructorId() === 0xd0e8075c, 'kind of answer to req_DH_params');
  demand(reader.raw(16).equals(nonce), 'nonce');
  demand(reader.raw(16).equals(serverNonce), 'nonce of the server');
  const encrypted = reader.string();
  reader.end();
  demand(encrypted.length > 20 && encrypted.length % 16 === 0, 'length of the encrypted answer');
  return encrypted;
}

interface DhInnerData {
  readonly group: DhGroup;
  readonly publicA: bigint;
  readonly serverTime: number;
}

async function readDhInnerData(
  encrypted: Buffer,
  { nonce, serverNonce }: Nonces,
  cipher: IgeKey,
): Promise<DhInnerData> {
  const plain = decryptIge(encrypted, cipher);
  const reader = new TlBytes(plain.subarray(20));
  demand(reader.constructorId() === 0xb5890dba, 'kind of the encrypted answer');
  demand(reader.raw(16).equals(nonce), 'nonce');
  demand(reader.raw(16).equals(serverNonce), 'nonce of the server');
  const generator = reader.int();
  const prime = reader.string();
  const publicA = numberOf(reader.string());
  const serverTime = reader.int();
  const inner = plain.subarray(20, 20 + reader.position);
  demand(sha1(inner).equals(plain.subarray(0, 20)), 'hash of the encrypted answer');
  demand(plain.length - 20 - inner.length < 16, 'padding of the encrypted answer');
  const group = await readGroup(prime, generator);
  demandInRange(publicA, group, 'public value of the server');
  return { group, publicA, serverTime };
}

function checkEnd(answer: Buffer, { nonce, serverNonce }: Nonces, newNonce: Buffer, authKey: Buffer): void {
  const reader = new TlBytes(answer);
  // dh_gen_retry and dh_gen_fail lead to a new exchange, as a wrong hash does.
  demand(reader.constructorId() === 0x3bcbf734, 'kind of answer to set_client_DH_params');
  demand(reader.raw(16).equals(nonce), 'nonce');
  demand(reader.raw(16).equals(serverNonce), 'nonce of the server');
  const hash = sha1(newNonce, Buffer.of(1), sha1(authKey).subarray(0, 8)).subarray(4);
  demand(reader.raw(16).equals(hash), 'hash of the new nonce');
  reader.end();
}

function cipherOf(newNonce: Buffer, serverNonce: Buffer): IgeKey {
  const first = sha1(newNonce, serverNonce);
  const second = sha1(serverNonce, newNonce);
  const third = sha1(newNonce, newNonce);
  return {
    key: Buffer.concat([first, second.subarray(0, 12)]),
    iv: Buffer.concat([second.subarray(12), third, newNonce.subarray(0, 4)]),
  };
}
