import { canonicalAddress, type ThirdPartyAddress } from '../base/canonical-address.js';
import { parseMxid, serverNameOf, type Mxid } from '../base/mxid.js';
import { parseServerName } from '../base/server-name.js';
import { refused, type Content } from './outcome.js';

/** Returns the text, or undefined if the column holds another type. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Returns a whole number from 0 to 2^53 - 1, or undefined. PostgreSQL's driver returns a bigint as
 * text.
 */
export function readWhole(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && Number(number) >= 0 ? Number(number) : undefined;
}

/** Returns the time in epoch ms, or `now` if the column holds none, or one in the future. */
export function readPast(value: unknown, now: number, unitMs = 1): number {
  const time = readWhole(value);
  return time === undefined || time * unitMs > now ? now : time * unitMs;
}

/** Returns the Matrix ID, or undefined for any other value. */
export function readUser(value: unknown): Mxid | undefined {
  const mxid = parseMxid(readText(value) ?? '');
  return mxid && parseServerName(serverNameOf(mxid)) !== undefined ? mxid : undefined;
}

/** Returns the 3PID in its canonical form. */
export function readThreepid(medium: unknown, address: unknown): Content<ThirdPartyAddress> {
  if (medium !== 'email' && medium !== 'msisdn') return refused({ kind: 'medium_unsupported' });
  const value = canonicalAddress({ medium, address: readText(address) ?? '' });
  return value ? { kind: 'read', value } : refused({ kind: 'address_invalid' });
}
