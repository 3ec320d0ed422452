import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Random } from '../../base/random.js';
import { Secret } from '../../base/secret.js';

/** What a token is for. */
export type TokenKind = 'access' | 'refresh' | 'login' | 'openid';

// Scanners for leaked secrets go by the prefix and the checksum.
const prefixes: Readonly<Record<TokenKind, string>> = {
  access: 'gwt_',
  refresh: 'gwr_',
  login: 'gwl_',
  openid: 'gwo_',
};
const randomBytes = 24;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base = BigInt(digits.length);
/** As many digits as 192 bits need. */
const bodyLength = 33;
/** As many digits as 32 bits need. */
const checksumLength = 6;
const form = /^(gw[trlo]_)[0-9A-Za-z]{33}_[0-9A-Za-z]{6}$/;

/** Returns a fresh token of 192 random bits: prefix, random digits, checksum. */
export function makeToken(kind: TokenKind, random: Random): Secret {
  const bits = BigInt(`0x${random.bytes(randomBytes).toString('hex')}`);
  const body = `${prefixes[kind]}${base62(bits, bodyLength)}`;
  return new Secret(`${body}_${checksum(body)}`);
}

/**
 * Returns whether the text has the form and the checksum of such a token: if not, it need not be
 * looked up.
 */
export function isTokenOf(kind: TokenKind, token: Secret): boolean {
  const text = token.reveal();
  if (form.exec(text)?.[1] !== prefixes[kind]) return false;
  const split = text.lastIndexOf('_');
  return checksum(text.slice(0, split)) === text.slice(split + 1);
}

/** What is kept of a token. Its random bits are too many to be tried out, so a fast hash does. */
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
