import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafeJson, maxJsonDepth } from '../../../src/http/json-guard.js';

const most = 1000;
const isSafe = (text: string) => isSafeJson(Buffer.from(text), most);

/** JSON text in which a part of the characters is escaped. */
function escaped(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[^\0-\x7f]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Whether a text has no lone surrogates. */
function isWhole(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

describe('the check before JSON is parsed', () => {
  it('passes all JSON of well-formed text, escaped or not', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }), (value) => {
        expect(isSafe(JSON.stringify(value))).toBe(true);
        expect(isSafe(escaped(value))).toBe(true);
      }),
    );
  });

  it('rejects a lone surrogate at any position', () => {
    const half = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit));
    const around = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(half, around, around, fc.boolean(), (unit, before, after, isName) => {
        const text = `${before}${unit}${after}`;
        // A surrogate beside its counterpart is well-formed.
        fc.pre(!isWhole(text));
        expect(isSafe(JSON.stringify(isName ? { [text]: 1 } : { a: [text] }))).toBe(false);
      }),
    );
  });

  it.each([
    [String.raw`"\ud83d\ude00"`, true],
    [String.raw`"\uD83D\uDE00"`, true],
    [String.raw`"\ude00\ud83d"`, false],
    [String.raw`"\ud83d\ud83d\ude00"`, false],
    [String.raw`"\ud83dx\ude00"`, false],
    [String.raw`"\ud83d"`, false],
    [String.raw`"\\ud83d"`, true],
    [String.raw`"\\\ud83d"`, false],
    [String.raw`"\ud7ff\ue000"`, true],
  ])('reads escapes as the parser does: %s', (text, isGood) => {
    expect(isSafe(text)).toBe(isGood);
    expect(isWhole(JSON.parse(text) as string)).toBe(isGood);
  });

  it.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('rejects values that are nested too deeply: %s', (_title, open, close) => {
    const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
    expect(isSafe(nested(maxJsonDepth))).toBe(true);
    expect(isSafe(nested(maxJsonDepth + 1))).toBe(false);
    expect(
      isSafe(
        `[${Array(4)
          .fill(nested(maxJsonDepth - 1))
          .join()}]`,
      ),
    ).toBe(true);
  });

  it.each(['[]', '{}'])('rejects values with too many parts: %s', (part) => {
    const parts = (count: number) => `[${Array(count).fill(part).join()}]`;
    expect(isSafe(parts(most - 1))).toBe(true);
    expect(isSafe(parts(most))).toBe(false);
  });

  it('rejects objects with too many members', () => {
    const members = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, ':'])));
    expect(isSafe(members(most - 1))).toBe(true);
    expect(isSafe(members(most))).toBe(false);
  });

  it('ignores brackets within strings', () => {
    expect(isSafe(JSON.stringify('['.repeat(1000)))).toBe(true);
    expect(isSafe(`"\\"${'['.repeat(1000)}"`)).toBe(true);
  });

  it('leaves invalid JSON to the parser', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => typeof isSafeJson(bytes, most) === 'boolean'));
    for (const text of ['"', '"\\', '"\\u', '"\\ud8', ']', '']) expect(isSafe(text)).toBeTypeOf('boolean');
  });
});
