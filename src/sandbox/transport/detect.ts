import type { Random } from '../../base/random.js';
import { createAbridgedTransport } from './abridged.js';
import { TransportFailure } from './failure.js';
import { createFullTransport } from './full.js';
import { createIntermediateTransport } from './intermediate.js';
import { obfuscatedHeaderLength, readObfuscatedHeader } from './obfuscated.js';
import type { Transport } from './transport.js';

const abridgedTag = 0xefefefef;
const intermediateTag = 0xeeeeeeee;
const paddedTag = 0xdddddddd;

/** The transport that the first bytes of a connection select. */
export interface Detected {
  readonly transport: Transport;
  /** What followed the opening of the transport. */
  readonly rest: Buffer;
  /** The data centre named by an MTProxy client; undefined for other clients. */
  readonly proxiedDc: number | undefined;
}

/**
 * Detects the transport by the first bytes of a connection. Returns undefined while there are too
 * few; throws TransportFailure if they match no transport.
 */
export function detectTransport(
  bytes: Buffer,
  options: { readonly random: Random; readonly mtproxySecret: Buffer | undefined },
): Detected | undefined {
  if (bytes.length < 8) return undefined;
  if (bytes[0] === 0xef) return { transport: createAbridgedTransport(), rest: bytes.subarray(1), proxiedDc: undefined };
  const first = bytes.readUInt32LE(0);
  const plain = first === intermediateTag || first === paddedTag ? transportOf(first, options.random) : undefined;
  if (plain) return { transport: plain, rest: bytes.subarray(4), proxiedDc: undefined };
  // The second word of the full transport is the sequence number of the first packet; an obfuscated
  // header never has zero there.
  if (bytes.readUInt32LE(4) === 0) return { transport: createFullTransport(), rest: bytes, proxiedDc: undefined };
  if (bytes.length < obfuscatedHeaderLength) return undefined;
  return detectObfuscated(bytes, options.random, options.mtproxySecret);
}

function detectObfuscated(bytes: Buffer, random: Random, mtproxySecret: Buffer | undefined): Detected {
  const header = bytes.subarray(0, obfuscatedHeaderLength);
  const rest = bytes.subarray(obfuscatedHeaderLength);
  for (const secret of mtproxySecret ? [undefined, mtproxySecret] : [undefined]) {
    const obfuscation = readObfuscatedHeader(header, secret);
    const inner = transportOf(obfuscation.tag, random);
    if (inner) return { transport: obfuscation.wrap(inner), rest, proxiedDc: secret && Math.abs(obfuscation.dc) };
  }
  throw new TransportFailure({ kind: 'unknown_transport' });
}

function transportOf(tag: number, random: Random): Transport | undefined {
  if (tag === abridgedTag) return createAbridgedTransport();
  if (tag === intermediateTag) return createIntermediateTransport(undefined);
  if (tag === paddedTag) return createIntermediateTransport(random);
  return undefined;
}
