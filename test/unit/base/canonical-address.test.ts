import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { canonicalAddress } from '../../../src/base/canonical-address.js';
import { foldCase } from '../../../src/base/fold-case.js';

const email = (address: string) => canonicalAddress({ medium: 'email', address })?.address;
const phone = (address: string, country?: string) => canonicalAddress({ medium: 'msisdn', address, country })?.address;

describe('case folding', () => {
  // CaseFolding.txt of Unicode, status C and F. Characters that fold to themselves come last.
  it.each([
    ['A', 'a'],
    ['ß', 'ss'],
    ['ẞ', 'ss'],
    ['ς', 'σ'],
    ['Σ', 'σ'],
    ['ΣΑΣ', 'σασ'],
    ['σας', 'σασ'],
    ['İ', 'i\u0307'],
    ['I', 'i'],
    ['µ', 'μ'],
    ['ſ', 's'],
    ['ŉ', 'ʼn'],
    ['ǰ', 'j\u030c'],
    ['ΐ', '\u03b9\u0308\u0301'],
    ['և', 'եւ'],
    ['ẖ', 'h\u0331'],
    ['ẚ', 'aʾ'],
    ['ẛ', 'ṡ'],
    ['ᾳ', 'αι'],
    ['ᾼ', 'αι'],
    ['ᾷ', '\u03b1\u0342\u03b9'],
    ['ﬀ', 'ff'],
    ['ﬃ', 'ffi'],
    ['ﬅ', 'st'],
    ['ﬆ', 'st'],
    ['ﬓ', 'մն'],
    ['ϴ', 'θ'],
    ['ϑ', 'θ'],
    ['ϐ', 'β'],
    ['K', 'k'],
    ['Å', 'å'],
    ['Ω', 'ω'],
    ['ᲀ', 'в'],
    ['Ა', 'ა'],
    ['ꭰ', 'Ꭰ'],
    ['ᏸ', 'Ᏸ'],
    ['Ⅷ', 'ⅷ'],
    ['Ⓐ', 'ⓐ'],
    ['Ａ', 'ａ'],
    ['𐐀', '𐐨'],
    ['𞤀', '𞤢'],
    ['ͅ', 'ι'],
    ['ı', 'ı'],
    ['ĸ', 'ĸ'],
    ['Ꭰ', 'Ꭰ'],
    ['日', '日'],
    ['😀', '😀'],
  ])('makes %s %s', (written, folded) => {
    expect(foldCase(written)).toBe(folded);
  });

  it('agrees with the simple folding of regular expressions for every single character', () => {
    const disagreeing: string[] = [];
    for (let code = 0; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      const folded = foldCase(character);
      if (folded === character || Array.from(folded).length > 1) continue;
      if (!new RegExp(`^${folded}$`, 'iu').test(character)) disagreeing.push(code.toString(16));
    }
    expect(disagreeing).toEqual([]);
  });

  it('changes nothing in a folded text, and is the same for both cases', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldCase(foldCase(text))).toBe(foldCase(text));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(foldCase(text.toUpperCase())).toBe(foldCase(text.toLowerCase()));
      }),
    );
  });
});

describe('the canonical form of an e-mail address', () => {
  it.each([
    [' Alice@Example.COM\n', 'alice@example.com'],
    ['Strauß@Example.com', 'strauss@example.com'],
    ['ΜΑΣ@example.com', 'μασ@example.com'],
    ['a+b.c@example.com', 'a+b.c@example.com'],
    ['user@BÜCHER.example', 'user@xn--bcher-kva.example'],
    ['x@straẞe.de', 'x@xn--strae-oqa.de'],
    ['x@STRASSE.de', 'x@strasse.de'],
    ['x@ΟΔΟΣ-1.gr', 'x@xn---1-k9b7bbs.gr'],
    ['x@ΟΔΟΣ。gr', 'x@xn--pxavbq.gr'],
    ['x@ΟΔΟΣ.gr', 'x@xn--pxavbq.gr'],
    ['x@xn--mgba3gch31f060k.example', 'x@xn--mgba3gch31f060k.example'],
    ['x@\u{10d4a}.example', 'x@xn--9f0d.example'],
  ])('of %j is %j', (written, canonical) => {
    expect(email(written)).toBe(canonical);
  });

  it.each([
    '',
    '@',
    'a@',
    '@b',
    'unknown',
    'not@an@email@address',
    'Naughty Nigel <perfectly.valid@mail.address>',
    '<a@b>',
    'a b@c',
    'a@b\r\nBcc: x',
    'a\u0000@b',
    `${'a'.repeat(250)}@${'b'.repeat(250)}`,
    `${'ß'.repeat(250)}@b`,
    `a@${'日ü'.repeat(245)}`,
    'a@example.com.',
    'a@example.com。',
    'a@.example.com',
    'a@example..com',
    'a@127.0.0.1',
    'a@１２７.1',
    'a@0x7f.1',
    'a@[127.0.0.1]',
    'a@[IPv6:::1]',
    'a@xn--zzzzzzzz',
    'a@mail.xn--zzzzzzzz.example',
    'a@xn--abc-',
    'a@xn--a',
    'a@xn--a-ecp.example',
    'a@1א.example',
    'a@نامه\u200cای.example',
    'a@1.2.3',
    'a@xn--',
    'a@ex%61mple.com',
    'a@b/c',
    '"a b"@example.com',
    '"a"@example.com',
    'a,b@example.com',
    'a(comment)@example.com',
    'group:a@example.com;',
    '=?utf-8?q?a=40b?=@example.com',
    'a=?@example.com',
    '＝？utf-8？q？a？＝@example.com',
    '=﹖a@example.com',
    'a﹫b@example.com',
    'a%b@example.com',
    'b!a@example.com',
    'b！a@example.com',
    '-oQ/tmp@example.com',
    '|program@example.com',
    '/dev/null@example.com',
  ])('does not exist for %j', (written) => {
    expect(email(written)).toBeUndefined();
  });

  it.each([
    [
      'v@example.com',
      ['v@ｅxample.com', 'v@exａmple.com', 'V@EXAMPLE.COM', 'v@example。com', 'v@example．com', 'v@example｡com'],
    ],
    [
      'v@xn--bcher-kva.de',
      ['v@bücher.de', 'v@BÜCHER.de', 'v@bu\u0308cher.de', 'v@XN--BCHER-KVA.DE', 'v@xn--bcher-kva.de'],
    ],
    ['v@xn--strae-oqa.test', ['v@straße.test', 'v@xn--strae-oqa.test']],
  ])('is %s for every spelling of that mailbox', (canonical, spellings) => {
    expect(new Set(spellings.map(email))).toEqual(new Set([canonical]));
  });

  it('is its own canonical form, and that of the address in fullwidth letters and other full stops', () => {
    const letter = fc.constantFrom(...Array.from('abcxyzäßéıσжא日𐐨09-'));
    const label = fc.string({ unit: letter, minLength: 1, maxLength: 8 });
    const labels = fc.array(label, { minLength: 1, maxLength: 3 });
    const local = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 });
    const stop = fc.constantFrom('。', '．', '｡');
    fc.assert(
      fc.property(local, labels, stop, (localPart, parts, dot) => {
        const canonical = email(`${localPart}@${parts.join('.')}`);
        const wide = parts.join(dot).replaceAll(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
        expect(email(`${localPart}@${wide}`)).toBe(canonical);
        if (canonical !== undefined) expect(email(canonical)).toBe(canonical);
      }),
    );
  });

  it('has up to 500 characters', () => {
    expect(email(`${'A'.repeat(249)}@${'b'.repeat(250)}`)).toHaveLength(500);
    expect(email('A@B')).toBe('a@b');
  });
});

it('does not read an address that is too long letter by letter', () => {
  const letters = vi.spyOn(String.prototype, 'toUpperCase');
  try {
    expect(email(`${'A'.repeat(1_000_000)}@b`)).toBeUndefined();
    expect(letters).not.toHaveBeenCalled();
    expect(email(`${' '.repeat(1_000_000)}A@b`)).toBe('a@b');
    expect(letters).toHaveBeenCalledOnce();
  } finally {
    letters.mockRestore();
  }
});

describe('the canonical form of a phone number', () => {
  const named = (country: string) => (country === 'no country' ? undefined : country);

  it.each([
    ['07470674927', 'GB'],
    ['07470 674-927', 'gb'],
    ['+44 7470 674927', 'no country'],
    ['+44 7470 674927', 'US'],
    ['+44 7470 674927', 'ZZ'],
    ['447470674927', 'no country'],
    [' 447470674927 ', 'GB'],
    ['00447470674927', 'GB'],
    ['00447470674927', 'no country'],
    ['00447470674927', 'US'],
    ['(07470) 674927', 'GB'],
  ])('of %j with %s is digits without a plus', (written, country) => {
    expect(phone(written, named(country))).toBe('447470674927');
  });

  it.each([
    ['', 'GB'],
    ['07470674927', 'no country'],
    ['07470674927', 'ZZ'],
    ['++447470674927', 'no country'],
    ['call +447470674927', 'no country'],
    ['+44 7470 674927 ext. 5', 'no country'],
    ['+1', 'no country'],
    ['+000000000', 'no country'],
    ['alice', 'GB'],
    ['1'.repeat(300), 'GB'],
  ])('does not exist for %j with %s', (written, country) => {
    expect(phone(written, named(country))).toBeUndefined();
  });

  it.each(['0612345678', '+31 6 12345678', '+999 662 1234', '+888 0123 4567'])(
    'of its canonical form is itself: %s',
    (written) => {
      const canonical = phone(written, 'NL') ?? '';
      expect(phone(canonical)).toBe(canonical);
      expect(phone(`+${canonical}`, 'NL')).toBe(canonical);
    },
  );

  it.each([
    ['+9996621234', 'no country', '9996621234'],
    ['9996621234', 'no country', '9996621234'],
    ['+99966 2-1234', 'GB', '9996621234'],
    ['+888 0123 4567', 'no country', '88801234567'],
    ['88801234567', 'no country', '88801234567'],
    ['+888 8 888', 'US', '8888888'],
  ])('exists for numbers that only Telegram has: %j with %s', (written, country, canonical) => {
    expect(phone(written, named(country))).toBe(canonical);
  });

  it.each([
    ['9996621234', 'GB'],
    ['+999662123', 'no country'],
    ['+99966212345', 'no country'],
    ['+9996721234', 'no country'],
    ['++9996621234', 'no country'],
    ['+9996621234 ext. 5', 'no country'],
  ])('does not exist for a number that is only similar to one of a test server: %j with %s', (written, country) => {
    expect(phone(written, named(country))).not.toBe(written.replaceAll(/\D/g, ''));
  });
});

it('has two media only', () => {
  expect(canonicalAddress({ medium: 'email', address: 'A@B.c' })).toEqual({ medium: 'email', address: 'a@b.c' });
  expect(canonicalAddress({ medium: 'msisdn', address: '+31612345678' })?.medium).toBe('msisdn');
  for (const medium of ['', 'Email', 'phone', 'toString']) {
    expect(canonicalAddress({ medium, address: 'a@b.c' })).toBeUndefined();
  }
});
