import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import { sha1, xor } from '../crypto/digest.js';
import type { Group } from '../crypto/group.js';
import { igeDecrypt, igeEncrypt, type IgeKey } from '../crypto/ige.js';
import { bytesOfNumber, numberOf } from '../crypto/number.js';
import { pickPrimePair, type PrimePair } from '../crypto/prime-pair.js';
import { sentGroup, sentPublicValue } from '../crypto/sent-group.js';
import type { ServerKey } from '../crypto/server-key.js';
import type { Lie } from '../lies.js';
import type { TlCodec } from '../tl/codec.js';
import { TlFailure } from '../tl/failure.js';
import { bytesOf, intOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import { authKeyOf, type AuthKey } from './auth-keys.js';

/**
 * What came of one step: an answer, with the key if it was the last step; or the client sent what
 * cannot be right.
 */
export type KeyExchangeStep =
  | { readonly kind: 'answer'; readonly answer: TlObject; readonly key: AuthKey | undefined }
  | { readonly kind: 'refused'; readonly transportError: number };

export interface KeyExchangeDeps {
  readonly mtproto: TlCodec;
  readonly clock: Clock;
  readonly random: Random;
  readonly group: Group;
  readonly serverKey: ServerKey;
  /** Whether the proof of work is as large as that of Telegram. */
  readonly largePrimes?: boolean;
}

/** The server's side of one key exchange (core.telegram.org/mtproto/auth_key). */
export interface KeyExchange {
  /** Answers the client's next step; with a lie, not as the protocol demands. */
  step(request: TlObject, dc: number, lie?: Lie): KeyExchangeStep;
}

const badRequest: KeyExchangeStep = { kind: 'refused', transportError: 404 };
const wrongDataCentre: KeyExchangeStep = { kind: 'refused', transportError: 444 };
const testNetworkOffset = 10_000;

interface Begun {
  readonly nonce: Buffer;
  readonly serverNonce: Buffer;
  readonly primes: PrimePair;
}

interface Agreed extends Begun {
  readonly newNonce: Buffer;
  readonly secret: Buffer;
  readonly cipher: IgeKey;
  /** How long a temporary key is valid; undefined for a permanent one. */
  readonly lifetimeMs: number | undefined;
}

export function createKeyExchange({
  mtproto,
  clock,
  random,
  group,
  serverKey,
  largePrimes = false,
}: KeyExchangeDeps): KeyExchange {
  let begun: Begun | undefined;
  let agreed: Agreed | undefined;

  function begin(nonce: Buffer, lie: Lie | undefined): KeyExchangeStep {
    begun = { nonce, serverNonce: random.bytes(16), primes: pickPrimePair(random, largePrimes ? 'large' : 'small') };
    const { p, q } = begun.primes;
    if (lie === 'pq_kind') return answer({ _: 'pong', msg_id: 1n, ping_id: 1n });
    return answer({
      _: 'resPQ',
      nonce: lie === 'pq_nonce' ? other(nonce) : nonce,
      server_nonce: begun.serverNonce,
      pq: bytesOfNumber(sentProduct(BigInt(p), BigInt(q), lie)),
      server_public_key_fingerprints: [lie === 'pq_fingerprint' ? serverKey.fingerprint ^ 1n : serverKey.fingerprint],
    });
  }

  // Of the older scheme, the hash can be checked only after the object has been read.
  function openInner(sealed: Buffer): TlObject | undefined {
    const opened = serverKey.open(sealed);
    if (!opened) return undefined;
    try {
      const { object, length } = mtproto.decodePrefix(opened.data);
      return opened.isIntact(length) ? object : undefined;
    } catch (error) {
      if (error instanceof TlFailure) return undefined;
      throw error;
    }
  }

  function agree(request: TlObject, dc: number, lie: Lie | undefined): KeyExchangeStep {
    if (!begun || !isOf(begun, request)) return badRequest;
    const inner = openInner(bytesOf(request, 'encrypted_data'));
    if (!inner?._.startsWith('p_q_inner_data') || !isOf(begun, inner)) return badRequest;
    if (numberOf(bytesOf(inner, 'p')) !== BigInt(begun.primes.p)) return badRequest;
    if (numberOf(bytesOf(inner, 'q')) !== BigInt(begun.primes.q)) return badRequest;
    if ('dc' in inner && Math.abs(intOf(inner, 'dc')) % testNetworkOffset !== dc) return wrongDataCentre;
    const newNonce = bytesOf(inner, 'new_nonce');
    agreed = {
      ...begun,
      newNonce,
      secret: random.bytes(256),
      cipher: cipherOf(newNonce, begun.serverNonce),
      lifetimeMs: 'expires_in' in inner ? 1000 * intOf(inner, 'expires_in') : undefined,
    };
    if (lie === 'dh_kind') return answer({ _: 'pong', msg_id: 1n, ping_id: 1n });
    const nonces = { nonce: begun.nonce, server_nonce: begun.serverNonce };
    if (lie === 'dh_fail') {
      return answer({ _: 'server_DH_params_fail', ...nonces, new_nonce_hash: sha1(newNonce).subarray(4) });
    }
    const { generator, primeBytes } = sentGroup(group, lie);
    const right = mtproto.encode({
      _: 'server_DH_inner_data',
      nonce: lie === 'dh_inner_nonce' ? other(begun.nonce) : begun.nonce,
      server_nonce: lie === 'dh_inner_server_nonce' ? other(begun.serverNonce) : begun.serverNonce,
      g: generator,
      dh_prime: primeBytes,
      g_a: sentPublicValue(group, group.powerOfGenerator(agreed.secret), lie),
      server_time: Math.floor(clock.now() / 1000),
    });
    const parameters = lie === 'dh_inner_kind' ? mtproto.encode({ _: 'pong', msg_id: 1n, ping_id: 1n }) : right;
    const hash = sha1(parameters);
    const hashed = Buffer.concat([lie === 'dh_inner_hash' ? other(hash) : hash, parameters]);
    const padding = ((16 - (hashed.length % 16)) % 16) + (lie === 'dh_padding' ? 16 : 0);
    const encrypted = igeEncrypt(Buffer.concat([hashed, random.bytes(padding)]), agreed.cipher);
    return answer({
      _: 'server_DH_params_ok',
      nonce: lie === 'dh_nonce' ? other(begun.nonce) : begun.nonce,
      server_nonce: lie === 'dh_server_nonce' ? other(begun.serverNonce) : begun.serverNonce,
      encrypted_answer: encrypted.subarray(0, lie === 'dh_short' ? 16 : lie === 'dh_length' ? -4 : undefined),
    });
  }

  function finish(request: TlObject, lie: Lie | undefined): KeyExchangeStep {
    const sealed = bytesOf(request, 'encrypted_data');
    if (!agreed || !isOf(agreed, request) || sealed.length % 16 !== 0) return badRequest;
    const plain = igeDecrypt(sealed, agreed.cipher);
    const { object: inner, length } = mtproto.decodePrefix(plain.subarray(20));
    if (!sha1(plain.subarray(20, 20 + length)).equals(plain.subarray(0, 20))) return badRequest;
    if (inner._ !== 'client_DH_inner_data' || !isOf(agreed, inner)) return badRequest;
    const clientPublic = bytesOf(inner, 'g_b');
    if (!isSafe(group, numberOf(clientPublic))) return badRequest;
    const createdAt = clock.now();
    const key = authKeyOf(group.power(clientPublic, agreed.secret), {
      createdAt,
      firstSalt: xor(agreed.newNonce.subarray(0, 8), agreed.serverNonce).readBigInt64LE(),
      expiresAt: agreed.lifetimeMs === undefined ? undefined : createdAt + agreed.lifetimeMs,
    });
    const { newNonce } = agreed;
    const hashOf = (number: number) => sha1(newNonce, Buffer.of(number), sha1(key.bytes).subarray(0, 8)).subarray(4);
    const nonce = lie === 'end_nonce' ? other(agreed.nonce) : agreed.nonce;
    const serverNonce = lie === 'end_server_nonce' ? other(agreed.serverNonce) : agreed.serverNonce;
    begun = undefined;
    agreed = undefined;
    const nonces = { nonce, server_nonce: serverNonce };
    const wrong = hashOf(0);
    switch (lie) {
      case 'end_kind':
        return answer({ _: 'pong', msg_id: 1n, ping_id: 1n });
      case 'end_retry':
      case 'end_retry_hash':
        return answer({ _: 'dh_gen_retry', ...nonces, new_nonce_hash2: lie === 'end_retry' ? hashOf(2) : wrong });
      case 'end_fail':
      case 'end_fail_hash':
        return answer({ _: 'dh_gen_fail', ...nonces, new_nonce_hash3: lie === 'end_fail' ? hashOf(3) : wrong });
      default: {
        const hash = lie === 'end_hash' ? wrong : hashOf(1);
        return answer({ _: 'dh_gen_ok', ...nonces, new_nonce_hash1: hash }, lie ? undefined : key);
      }
    }
  }

  return {
    step(request, dc, lie) {
      switch (request._) {
        case 'req_pq':
        case 'req_pq_multi':
          return begin(bytesOf(request, 'nonce'), lie);
        case 'req_DH_params':
          return agree(request, dc, lie);
        case 'set_client_DH_params':
          return finish(request, lie);
        default:
          return badRequest;
      }
    },
  };
}

/** Returns the number that the client has to take apart, or a bad one for a lie about it. */
function sentProduct(p: bigint, q: bigint, lie: Lie | undefined): bigint {
  switch (lie) {
    case 'pq_zero':
      return 0n;
    case 'pq_large':
      return (p * q) << 64n;
    case 'pq_not_product':
      return q;
    default:
      return p * q;
  }
}

/** Other bytes of the same length. */
function other(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ 1));
}

function answer(object: TlObject, key?: AuthKey): KeyExchangeStep {
  return { kind: 'answer', answer: object, key };
}

function isOf(exchange: Begun, message: TlObject): boolean {
  return (
    bytesOf(message, 'nonce').equals(exchange.nonce) && bytesOf(message, 'server_nonce').equals(exchange.serverNonce)
  );
}

// g_b must be between 2^(2048-64) and the prime less that, as both sides must check.
function isSafe(group: Group, value: bigint): boolean {
  const margin = 1n << 1984n;
  return value > margin && value < group.prime - margin;
}

function cipherOf(newNonce: Buffer, serverNonce: Buffer): IgeKey {
  const first = sha1(newNonce, serverNonce);
  const second = sha1(serverNonce, newNonce);
  const third = sha1(newNonce, newNonce);
  return {
    key: Buffer.concat([first, second.subarray(0, 12)]),
    iv: Buffer.concat([second.subarray(12, 20), third, newNonce.subarray(0, 4)]),
  };
}
