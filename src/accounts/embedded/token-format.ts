import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Random } from '../../base/random.js';
import { Secret } from '../../base/secret.js';

/** The purpose of a token. */
export type TokenKind = 'access' | 'refresh' | 'login' | 'openid';

// Scanners for leaked secrets use the prefix and the checksum.
const prefixes: Readonly<Record<TokenKind, string>> = {
  access: 'gwt_',
  refresh: 'gwr_',
  login: 'gwl_',
  openid: 'gwo_',
};
const randomBytes = 24;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base = BigInt(digits.length);
/** The number of digits for 192 bits. */
const bodyLength = 33;
/** The number of digits for 32 bits. */
const checksumLength = 6;
const form = /^(gw[trlo]_)[0-9A-Za-z]{33}_[0-9A-Za-z]{6}$/;

/** Returns a new token with 192 random bits: prefix, random digits, checksum. */
export function makeToken(kind: TokenKind, random: Random): Secret {
  const bits = BigInt(`0x${random.bytes(randomBytes).toString('hex')}`);
  const body = `${prefixes[kind]}${base62(bits, bodyLength)}`;
  return new Secret(`${body}_${checksum(body)}`);
}

/**
 * Returns true if the text has the form and the checksum of such a token. If not, it need not be
 * looked up.
 */
export function isTokenOf(kind: TokenKind, token: Secret): boolean {
  const text = token.reveal();
  if (form.exec(text)?.[1] !== prefixes[kind]) return false;
  const split = text.lastIndexOf('_');
  return checksum(text.slice(0, split)) === text.slice(split + 1);
}

/**
 * Returns the stored form of a token. A fast hash suffices, because its random bits are too many to
 * be guessed.
 */
export function hashToken(token: Secret): string {
  return createHash('sha256').update(token.reveal()).digest('base64url');
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), checksumLength);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= base) text = `${digits[Number(rest % base)]}${text}`;
  return text;
}
