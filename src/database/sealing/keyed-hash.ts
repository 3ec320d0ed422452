import { createHash, createHmac, hash } from 'node:crypto';

const blockBytes = 64;
const digestBytes = 32;
/** Longer texts are rare, and hashed in another way. */
const maxTextBytes = 192;

/**
 * Returns a function that returns the HMAC-SHA256 of a text in base64url (RFC 2104). It takes half
 * of the time of `createHmac`, most of whose time is the creation of its objects.
 */
export function createKeyedHash(key: Buffer): (text: string) => string {
  const block = Buffer.alloc(blockBytes);
  (key.length > blockBytes ? createHash('sha256').update(key).digest() : key).copy(block);
  const inner = Buffer.alloc(blockBytes + maxTextBytes);
  const outer = Buffer.alloc(blockBytes + digestBytes);
  for (const [index, byte] of block.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  /** The inner block with so many bytes of text. */
  const parts = Array.from({ length: maxTextBytes + 1 }, (_, length) => inner.subarray(0, blockBytes + length));

  return (text) => {
    // A character takes three bytes at most.
    const part = text.length * 3 <= maxTextBytes ? parts[inner.write(text, blockBytes)] : undefined;
    if (part === undefined) return createHmac('sha256', key).update(text).digest('base64url');
    outer.write(hash('sha256', part, 'binary'), blockBytes, 'binary');
    return hash('sha256', outer, 'base64url');
  };
}
