import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphanumeric, createIdSource, randomText, systemRandom } from '../../../src/base/random.js';

describe('random texts', () => {
  it('have the requested length for all bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 100 }), (byte, length) => {
        const text = randomText({ bytes: (count) => Buffer.alloc(count, byte) }, length, alphanumeric);
        expect(text).toMatch(new RegExp(`^[0-9A-Za-z]{${length}}$`));
      }),
    );
  });

  it('use every character at every position, about as often', () => {
    const rounds = 5000;
    const texts = Array.from({ length: rounds }, () => randomText(systemRandom, 6, '0123456789'));
    for (let index = 0; index < 6; index += 1) {
      for (const digit of '0123456789') {
        const count = texts.filter((text) => text[index] === digit).length;
        // A digit has 500 on average, with a standard deviation of 21.
        expect(Math.abs(count - rounds / 10)).toBeLessThan(210);
      }
    }
  });
});

describe('identifiers from a source', () => {
  it('are the bytes in the order in which they were drawn, each used once', () => {
    const drawn: Buffer[] = [];
    const bytes = (length: number) => {
      const next = systemRandom.bytes(length);
      drawn.push(Buffer.from(next));
      return next;
    };
    const nextId = createIdSource({ bytes });
    const ids = Array.from({ length: 200 }, () => nextId());
    expect(ids.every((id) => /^[\w-]{22}$/.test(id))).toBe(true);
    const used = Buffer.concat(ids.map((id) => Buffer.from(id, 'base64url')));
    expect(Buffer.concat(drawn).subarray(0, used.length).equals(used)).toBe(true);
    expect(new Set(ids).size).toBe(200);
  });
});
