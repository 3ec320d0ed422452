import { describe, expect, it } from 'vitest';
import { createHalfSipHash } from '../../../src/base/half-sip-hash.js';

const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, index) => index));

describe('HalfSipHash-2-4', () => {
  // The first published vectors whose messages are whole UTF-16 units: the bytes 0, 1, 2 and so on,
  // under the key 0 to 7.
  it.each([
    [0, 'a9359f5b'],
    [2, 'fa62a603'],
    [4, '2a6e4689'],
    [6, '5863fc23'],
    [8, 'd0b8848f'],
  ])('of %i bytes is that of the reference implementation', (length, hash) => {
    const found = Buffer.alloc(4);
    found.writeUInt32LE(createHalfSipHash(bytes(8))(bytes(length).toString('utf16le')));
    expect(found.toString('hex')).toBe(hash);
  });

  it('depends on the key, the length and each character', () => {
    const hash = createHalfSipHash(bytes(8));
    const other = createHalfSipHash(Buffer.alloc(8));
    const texts = ['', '\0', '\0\0', 'a', 'aa', 'ab', 'ba', 'a\0', '\u0100', '\u0001', 'é', '€'];
    expect(new Set(texts.flatMap((text) => [hash(text), other(text)])).size).toBe(2 * texts.length);
    expect(texts.map(hash)).toEqual(texts.map(hash));
  });
});
