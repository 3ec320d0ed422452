import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanHumanInput, readBotToken, readNumericCode } from '../../../src/base/human-input.js';

// Planes 0, 1 and 14: no other plane has any of these.
const codePoints = [...Array(0xd800).keys(), ...range(0xe000, 0x20000), ...range(0xe0000, 0xe1000)];
const every = (property: RegExp) =>
  codePoints.map((code) => String.fromCodePoint(code)).filter((c) => property.test(c));

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, offset) => from + offset);
}

describe('typed input', () => {
  it('loses every format character and variation selector', () => {
    for (const sign of every(/[\p{Cf}\p{Variation_Selector}]/u)) expect(cleanHumanInput(`a${sign}b`)).toBe('ab');
  });

  it('loses blanks of every kind around it, and none in it', () => {
    for (const sign of every(/[\s\p{Z}\u0085\u2800\u3164\u115f\uffa0]/u)) {
      expect(cleanHumanInput(`${sign}a b${sign}${sign}`)).toBe('a b');
    }
  });

  it('has the decimal digits of every script as ASCII', () => {
    const digits = every(/\p{Nd}/u);
    expect(digits.length).toBeGreaterThan(700);
    expect(cleanHumanInput(digits.join(''))).toBe('0123456789'.repeat(digits.length / 10));
  });

  it('has full-width forms as ASCII', () => {
    expect(cleanHumanInput('＋４４　（０）７７００／ａｌｉｃｅ＠ｅｘ．ｅｘａｍｐｌｅ')).toBe(
      '+44\u3000(0)7700/alice@ex.example',
    );
  });

  it('keeps joiners within words that they belong to', () => {
    expect(cleanHumanInput('نامه\u200cای')).toBe('نامه\u200cای');
    expect(cleanHumanInput('a\u200cb\u200d')).toBe('ab');
    expect(cleanHumanInput('\u200cنامه\u200c')).toBe('نامه');
  });

  it('is the same when it is cleaned twice, and plain ASCII stays unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanHumanInput(cleanHumanInput(text))).toBe(cleanHumanInput(text));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(cleanHumanInput(text)).toBe(text.trim());
      }),
    );
  });

  it('that is no typed text is only trimmed', () => {
    const long = '\u200e'.repeat(1_000_000);
    expect(cleanHumanInput(` ${long} `)).toBe(long);
  });
});

describe('a code of digits', () => {
  it.each([
    '12345',
    ' 12345\n',
    '12345.',
    '１２３４５。',
    '123 45',
    '123-45',
    '123–45',
    '1.2.3.4.5',
    '1\u00a02\u20093\u202f45',
    '\u2066१२३४५\u2069',
    '١٢٣٤٥',
    '۱۲۳۴۵،',
    '"12345"',
    '`12345`',
    '«12345»,',
    '12\u00ad345\ufeff',
    '[12345]',
    '<12345>',
  ])('is read in %j', (text) => {
    expect(readNumericCode(text)).toBe('12345');
  });

  it.each(['', 'word', 'one two', '12a45'])('is not read from other text: %j', (text) => {
    expect(readNumericCode(text)).not.toMatch(/^\d+$/);
  });
});

describe('a bot token', () => {
  it.each([
    '297900271:IXj-_cAN61z',
    ' 297900271:IXj-_cAN61z \n',
    '297900271:\nIXj-_cAN61z',
    '`297900271:IXj-_cAN61z`',
    '\u202a297900271:IXj-_cAN61z\u202c',
    '２９７９００２７１：IXj-_cAN61z.',
    '297900271:IXj-_c\u200bAN61z',
    '“297900271:IXj-_cAN61z”',
  ])('is read in %j', (text) => {
    expect(readBotToken(text)).toBe('297900271:IXj-_cAN61z');
  });
});
