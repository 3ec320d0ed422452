import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { unzipSync } from 'node:zlib';
import { BaseCryptoProvider, type ICryptoProvider } from '@mtcute/core/utils.js';
import { ige256Decrypt, ige256Encrypt, initSync, SIMD_AVAILABLE } from '@mtcute/wasm';
import type { Random } from '../../base/random.js';
import { maxUnpacked } from '../mtproto/unpack.js';
import { demand, UntrustedAnswer } from '../mtproto/untrusted-answer.js';

/** Loads the WebAssembly module that encrypts messages. Must be called before the first message. */
export function loadCrypto(): void {
  const file = SIMD_AVAILABLE ? 'mtcute-simd.wasm' : 'mtcute.wasm';
  initSync(readFileSync(createRequire(import.meta.url).resolve(`@mtcute/wasm/${file}`)));
}

/** Receives what a connection decrypts, before mtcute reads it. */
export interface PlainTextChecks {
  /** Called with each decrypted message. Throws UntrustedAnswer if it must not be read. */
  readonly onPlain: (plain: Buffer) => void;
  /** Called for an UntrustedAnswer of onPlain, and when packed data cannot be unpacked. */
  readonly onUntrusted: (answer: UntrustedAnswer) => void;
}

/** The cryptography of one connection. It creates no auth keys: that is done by key-exchange.ts. */
export class CheckedCrypto extends BaseCryptoProvider implements ICryptoProvider {
  readonly #random: Random;
  readonly #checks: PlainTextChecks;
  #unpackable = maxUnpacked;

  constructor(random: Random, checks: PlainTextChecks) {
    super();
    this.#random = random;
    this.#checks = checks;
  }

  sha1(data: Uint8Array): Uint8Array {
    return createHash('sha1').update(data).digest();
  }

  sha256(data: Uint8Array): Uint8Array {
    return createHash('sha256').update(data).digest();
  }

  createAesIge(key: Uint8Array, iv: Uint8Array) {
    return {
      encrypt: (data: Uint8Array) => ige256Encrypt(data, key, iv),
      decrypt: (data: Uint8Array) => {
        const plain = ige256Decrypt(data, key, iv);
        this.#unpackable = maxUnpacked;
        this.#check(() => this.#checks.onPlain(Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)));
        return plain;
      },
    };
  }

  /** Packs nothing: the requests are small. */
  gzip(): null {
    return null;
  }

  /** Unpacks within the limit of one message. */
  gunzip(data: Uint8Array): Uint8Array {
    return this.#check(() => {
      const plain = unzipWithin(this.#unpackable, data);
      this.#unpackable -= plain.length;
      return plain;
    });
  }

  /** mtcute catches what this throws, and ignores the message. */
  #check<T>(check: () => T): T {
    try {
      return check();
    } catch (error) {
      if (error instanceof UntrustedAnswer) this.#checks.onUntrusted(error);
      throw error;
    }
  }

  override randomFill(bytes: Uint8Array): void {
    bytes.set(this.#random.bytes(bytes.length));
  }

  /** In counter mode, encryption and decryption are the same. MTProto proxies use it. */
  createAesCtr(key: Uint8Array, iv: Uint8Array) {
    const cipher = createCipheriv('aes-256-ctr', key, iv);
    return { process: (data: Uint8Array) => cipher.update(data) };
  }

  hmacSha256(data: Uint8Array, key: Uint8Array): Uint8Array {
    return createHmac('sha256', key).update(data).digest();
  }

  pbkdf2(): never {
    throw new Error('passwords are proven by srp.ts');
  }
}

function unzipWithin(limit: number, data: Uint8Array): Buffer {
  demand(limit > 0, 'length of packed data');
  try {
    return unzipSync(data, { maxOutputLength: limit });
  } catch {
    throw new UntrustedAnswer('length of packed data');
  }
}
