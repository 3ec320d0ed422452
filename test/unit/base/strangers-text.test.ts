import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strangersText } from '../../../src/base/strangers-text.js';

describe('names that strangers chose', () => {
  it.each([
    { given: 'Bob', shown: 'Bob' },
    { given: '  Bob \t Builder ', shown: 'Bob Builder' },
    { given: 'Bob\r\nBcc: x', shown: 'Bob Bcc: x' },
    { given: 'a\u2028b\u2029c', shown: 'a b c' },
    { given: '\u202eevil\u202c', shown: 'evil' },
    { given: 'go to https://evil.test', shown: 'go to https evil.tes…' },
    { given: 'http:\u200b//evil.test', shown: 'http evil.test' },
    { given: 'x'.repeat(21), shown: `${'x'.repeat(20)}…` },
    { given: '👍🏽'.repeat(21), shown: `${'👍🏽'.repeat(20)}…` },
    { given: 'Jürgen 学校', shown: 'Jürgen 学校' },
    { given: '\ud800', shown: undefined },
    { given: '\u200b\u0000 ', shown: undefined },
    { given: '', shown: undefined },
    { given: undefined, shown: undefined },
  ])('shows $given as $shown', ({ given, shown }) => {
    expect(strangersText(given, 20)).toBe(shown);
  });

  it('is one short line of visible characters, whatever was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const shown = strangersText(given, 20) ?? '';
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|:\/\//u);
        expect(shown).toBe(shown.trim());
        expect(shown.length).toBeLessThanOrEqual(21 * 16);
      }),
    );
  });

  it('bounds the accents of a letter', () => {
    expect(strangersText(`a${'\u0301'.repeat(500)}`, 20)?.length).toBeLessThanOrEqual(8);
  });
});
