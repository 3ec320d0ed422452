import { gzipSync } from 'node:zlib';
import { TlFailure } from '../tl/failure.js';
import { TlReader } from '../tl/reader.js';
import { TlWriter } from '../tl/writer.js';
import type { Message } from './envelope.js';

/** The constructors whose layout the TL language cannot express. */
export const wireIds = { container: 0x73f1f8dc, gzip: 0x3072cfa1, rpcResult: 0xf35c6d01 } as const;

const maxMessages = 1020;
const compressFrom = 512;

/** Returns the messages of a container. */
export function readContainer(body: Buffer): readonly Message[] {
  const reader = new TlReader(body.subarray(4));
  const count = reader.int();
  if (count < 0 || count > maxMessages) throw TlFailure.malformed('length of a container');
  return Array.from({ length: count }, () => {
    const msgId = reader.long();
    const seqNo = reader.int();
    return { msgId, seqNo, body: reader.raw(reader.int()) };
  });
}

/** Several messages as the body of one. */
export function packContainer(messages: readonly Message[]): Buffer {
  const writer = new TlWriter().uint(wireIds.container).int(messages.length);
  for (const { msgId, seqNo, body } of messages) writer.long(msgId).int(seqNo).int(body.length).raw(body);
  return writer.result();
}

/** What a call returned; compressed if it is long, as Telegram's servers do. */
export function packRpcResult(requestId: bigint, result: Buffer): Buffer {
  const writer = new TlWriter().uint(wireIds.rpcResult).long(requestId);
  if (result.length < compressFrom) return writer.raw(result).result();
  return writer.uint(wireIds.gzip).byteString(gzipSync(result)).result();
}

const largeLength = 64 * 1024 * 1024;

/** Returns 64 MiB of zeros as gzip_packed, which has 64 KiB. */
export function packLarge(): Buffer {
  return new TlWriter()
    .uint(wireIds.gzip)
    .byteString(gzipSync(Buffer.alloc(largeLength)))
    .result();
}
