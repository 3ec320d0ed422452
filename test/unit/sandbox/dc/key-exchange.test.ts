import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { sha1, sha256, xor } from '../../../../src/sandbox/crypto/digest.js';
import { createGroup } from '../../../../src/sandbox/crypto/group.js';
import { igeDecrypt, igeEncrypt } from '../../../../src/sandbox/crypto/ige.js';
import { numberOf } from '../../../../src/sandbox/crypto/number.js';
import { generateServerKey } from '../../../../src/sandbox/crypto/server-key.js';
import { createKeyExchange } from '../../../../src/sandbox/dc/key-exchange.js';
import { mtproto as mtprotoSchema } from '../../../../src/sandbox/schema/mtproto.js';
import { createTlCodec } from '../../../../src/sandbox/tl/codec.js';
import { bytesOf } from '../../../../src/sandbox/tl/fields.js';
import { parseTlSchema } from '../../../../src/sandbox/tl/schema.js';
import type { TlObject } from '../../../../src/sandbox/tl/value.js';
import { createFakeClock } from '../../../support/fake-clock.js';

const mtproto = createTlCodec(parseTlSchema(mtprotoSchema));
const group = createGroup();
const generated = generateServerKey();
const dc = 2;

/** Encrypts the data of req_DH_params for the sandbox. */
type Scheme = (data: Buffer, encrypt: (plain: Buffer) => Buffer) => Buffer;

const rsaPad: Scheme = (data, encrypt) => {
  const padded = Buffer.concat([data, systemRandom.bytes(192 - data.length)]);
  const key = systemRandom.bytes(32);
  const dataAndHash = Buffer.concat([Buffer.from(padded).reverse(), sha256(key, padded)]);
  const sealed = igeEncrypt(dataAndHash, { key, iv: Buffer.alloc(32) });
  const plain = Buffer.concat([xor(key, sha256(sealed)), sealed]);
  // The number must be below the modulus, whose first bit is 1.
  return plain.readUInt8() < 0x80 ? encrypt(plain) : rsaPad(data, encrypt);
};

const sha1AndPadding: Scheme = (data, encrypt) => {
  const hashed = Buffer.concat([sha1(data), data]);
  return encrypt(Buffer.concat([Buffer.of(0), hashed, systemRandom.bytes(255 - hashed.length)]));
};

const wrongSha1: Scheme = (data, encrypt) => {
  const changed = Buffer.from(data);
  changed.writeUInt8(changed.readUInt8(data.length - 1) ^ 1, data.length - 1);
  return encrypt(Buffer.concat([Buffer.of(0), sha1(changed), data, systemRandom.bytes(235 - data.length)]));
};

const noise: Scheme = (_, encrypt) => encrypt(Buffer.concat([Buffer.of(0), systemRandom.bytes(255)]));

interface Attempt {
  readonly scheme?: Scheme;
  readonly inner?: Readonly<Record<string, string | number>> & { readonly _: string };
}

const now = createFakeClock().now();

/** Runs a key exchange as a client. Returns the server's result, or its transport error. */
async function exchange({ scheme = rsaPad, inner = { _: 'p_q_inner_data_dc', dc } }: Attempt) {
  const serverKey = await generated;
  const server = createKeyExchange({ mtproto, clock: createFakeClock(), random: systemRandom, group, serverKey });
  const encrypt = (plain: Buffer) =>
    publicEncrypt({ key: createPublicKey(serverKey.publicPem), padding: constants.RSA_NO_PADDING }, plain);
  const nonce = systemRandom.bytes(16);
  const newNonce = systemRandom.bytes(32);
  const begun = answerOf(server.step({ _: 'req_pq_multi', nonce }, dc));
  const serverNonce = bytesOf(begun, 'server_nonce');
  const { p, q } = factors(bytesOf(begun, 'pq'));
  const nonces = { nonce, server_nonce: serverNonce };
  const data = mtproto.encode({ ...nonces, pq: bytesOf(begun, 'pq'), p, q, new_nonce: newNonce, ...inner });
  const agreeing = server.step(
    {
      _: 'req_DH_params',
      ...nonces,
      p,
      q,
      public_key_fingerprint: serverKey.fingerprint,
      encrypted_data: scheme(data, encrypt),
    },
    dc,
  );
  if (agreeing.kind === 'refused') return agreeing;
  const [a, b, c] = [sha1(newNonce, serverNonce), sha1(serverNonce, newNonce), sha1(newNonce, newNonce)];
  const cipher = {
    key: Buffer.concat([a, b.subarray(0, 12)]),
    iv: Buffer.concat([b.subarray(12), c, newNonce.subarray(0, 4)]),
  };
  const parameters = igeDecrypt(bytesOf(agreeing.answer, 'encrypted_answer'), cipher);
  const publicA = bytesOf(mtproto.decodePrefix(parameters.subarray(20)).object, 'g_a');
  const secret = systemRandom.bytes(256);
  const own = mtproto.encode({
    _: 'client_DH_inner_data',
    ...nonces,
    retry_id: 0n,
    g_b: group.powerOfGenerator(secret),
  });
  const hashed = Buffer.concat([sha1(own), own]);
  const sealed = igeEncrypt(Buffer.concat([hashed, systemRandom.bytes((16 - (hashed.length % 16)) % 16)]), cipher);
  const ended = server.step({ _: 'set_client_DH_params', ...nonces, encrypted_data: sealed }, dc);
  if (ended.kind === 'refused') throw new Error('refused at the end');
  return { kind: 'agreed', key: ended.key, bytes: group.power(publicA, secret), newNonce, serverNonce } as const;
}

function answerOf(step: { readonly kind: string; readonly answer?: TlObject }): TlObject {
  if (!step.answer) throw new Error('refused');
  return step.answer;
}

function factors(pq: Buffer): { readonly p: Buffer; readonly q: Buffer } {
  const product = Number(numberOf(pq));
  for (let p = 3; p * p <= product; p += 2) {
    if (product % p === 0) return { p: numberBytes(p), q: numberBytes(product / p) };
  }
  throw new Error('a prime');
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const schemes: readonly (readonly [string, Scheme])[] = [
  ['RSA_PAD', rsaPad],
  ['SHA-1, data and padding', sha1AndPadding],
];
const permanent = [{ _: 'p_q_inner_data_dc', dc }, { _: 'p_q_inner_data' }];
const temporary = [
  { _: 'p_q_inner_data_temp_dc', dc, expires_in: 600 },
  { _: 'p_q_inner_data_temp', expires_in: 600 },
];

describe.each(schemes)('a key exchange by %s', (_, scheme) => {
  it.each(permanent)('agrees on a permanent key by $_', async (inner) => {
    const agreed = await exchange({ scheme, inner });
    if (agreed.kind !== 'agreed') throw new Error('refused');
    expect(agreed.key?.bytes).toEqual(agreed.bytes);
    const firstSalt = xor(agreed.newNonce.subarray(0, 8), agreed.serverNonce).readBigInt64LE();
    expect(agreed.key?.origin).toEqual({ createdAt: now, firstSalt, expiresAt: undefined });
  });

  it.each(temporary)('agrees on a temporary key by $_', async (inner) => {
    const agreed = await exchange({ scheme, inner });
    if (agreed.kind !== 'agreed') throw new Error('refused');
    expect(agreed.key?.origin).toMatchObject({ createdAt: now, expiresAt: now + 600_000 });
  });

  it('rejects a temporary key for another data centre', async () => {
    const refused = { kind: 'refused', transportError: 444 };
    expect(await exchange({ scheme, inner: { _: 'p_q_inner_data_dc', dc: 3 } })).toEqual(refused);
  });
});

it.each([
  ['a wrong SHA-1', wrongSha1],
  ['noise', noise],
])('a key exchange rejects %s', async (_, scheme) => {
  expect(await exchange({ scheme })).toEqual({ kind: 'refused', transportError: 404 });
});
