import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { shownMxid, sanitizeUntrustedText } from '../../../src/base/untrusted-text.js';

describe('names that other users chose', () => {
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
    { given: 'You\u2800\u2800have\u3000won', shown: 'You have won' },
  ])('shows $given as $shown', ({ given, shown }) => {
    expect(sanitizeUntrustedText(given, 20)).toBe(shown);
  });

  it.each(['\ud800', '\u200b\u0000 ', '\u2800\u3164\u115f\u{e0100}', ''])('shows no name for %j', (given) => {
    expect(sanitizeUntrustedText(given, 20)).toBeUndefined();
  });

  it('shows no name if none was chosen', () => {
    expect(sanitizeUntrustedText(undefined, 20)).toBeUndefined();
  });

  it('is one short line of visible characters, for every name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const shown = sanitizeUntrustedText(given, 20) ?? '';
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u2800\p{Default_Ignorable_Code_Point}]|:\/\//u);
        expect(shown).toBe(shown.trim());
        expect(shown.length).toBeLessThanOrEqual(21 * 16);
      }),
    );
  });

  it('limits the accents of a letter', () => {
    expect(sanitizeUntrustedText(`a${'\u0301'.repeat(500)}`, 20)?.length).toBeLessThanOrEqual(8);
  });
});

describe('a Matrix ID in a message', () => {
  const sentence = 'You\u2800have\u2800won.\u2800Go\u2800to\u2800evil.test';
  it.each([
    ['@bob:example.org', '@bob:example.org'],
    ['@Bob.Builder_1=/+-:example.org:8448', '@Bob.Builder_1=/+-:example.org:8448'],
    ['@a:[2001:db8::1]', '@a:[2001:db8::1]'],
    [`@${'a'.repeat(47)}:example.org`, `@${'a'.repeat(47)}:example.org`],
    [`@${'a'.repeat(48)}:example.org`, 'a user of example.org'],
    [`@${sentence}:example.org`, 'a user of example.org'],
    ['@bób:example.org', 'a user of example.org'],
    ['@You!have!won:example.org', 'a user of example.org'],
    [':', 'a Matrix user'],
    [`@a:${'you-have-won.'.repeat(5)}test`, 'a Matrix user'],
    [`@a:${sentence}`, 'a Matrix user'],
  ])('%s is shown as %s', (mxid, shown) => {
    expect(shownMxid(mxid as Mxid)).toBe(shown);
  });

  it('is printable ASCII of at most 60 characters, for every input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (local, server) => {
        expect(shownMxid(`@${local}:${server}` as Mxid)).toMatch(/^[\x20-\x7e]{1,60}$/);
      }),
    );
  });
});
