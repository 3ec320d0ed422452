import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, isFormOf } from '../../../src/base/canonical-address.js';
import { hashesOf, lookupHash } from '../../../src/identity/lookup-hash.js';
import { readDestination } from '../../../src/threepid/destination.js';
import { ThreepidFailure } from '../../../src/threepid/failure.js';

const pepper = { id: 'p1', pepper: 'pepper' };

const foldable = Array.from('aAsSzZßẞſσςΣİıiKÅéÉ日אŉǰﬀ0１٣');
const odd = [
  '\u0301',
  '\u00ad',
  '\u200c',
  '\u200d',
  '\u200e',
  '\ufe0f',
  ' ',
  '.',
  '。',
  '．',
  '-',
  '－',
  '=',
  '?',
  '%',
  '!',
];
const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...foldable) },
  { weight: 3, arbitrary: fc.constantFrom(...odd) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);
const part = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));
const at = fc.constantFrom('@', '@', '@', '＠');
const top = fc.constantFrom('', '.de', '.gr', '。gr', '.XN--P1AI');
const typedEmail = fc.tuple(part, at, part, top).map((parts) => parts.join(''));
const typedPhone = fc
  .array(fc.constantFrom(...Array.from('0123456789+ -(.)٣３\u200e'), '44', '00', '(0)', '99966'), { maxLength: 20 })
  .map((pieces) => pieces.join(''));

function destinationOf(medium: 'email' | 'msisdn', address: string) {
  try {
    return readDestination({ medium, address }, []);
  } catch (error) {
    if (error instanceof ThreepidFailure) return undefined;
    throw error;
  }
}

describe('for every text that can be entered as an e-mail address', () => {
  it.each([
    ['email', typedEmail],
    ['msisdn', typedPhone],
  ] as const)('all forms that are mailed, stored and hashed canonicalise to the validated one: %s', (medium, typed) => {
    let read = 0;
    fc.assert(
      fc.property(typed, (text) => {
        const canonical = canonicalAddress({ medium, address: text });
        const destination = destinationOf(medium, text);
        if (destination) expect(destination.address).toBe(canonical?.address);
        if (!canonical || !destination) return;
        read += 1;
        expect(canonicalAddress(canonical)).toEqual(canonical);
        const { address, alias } = destination;
        if (alias !== undefined) expect(canonicalAddress({ medium, address: alias })).toEqual(canonical);
        const forms = alias === undefined ? [address] : [address, alias];
        expect(hashesOf({ id: 'a1', ...canonical, alias }, [pepper]).map(({ hash }) => hash)).toEqual(
          forms.map((form) => lookupHash({ medium, address: form }, pepper.pepper)),
        );
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('the lower case that clients look up never canonicalises to another bound address', () => {
    fc.assert(
      fc.property(typedEmail, typedEmail, (one, other) => {
        const [published, victim] = [destinationOf('email', one), destinationOf('email', other)];
        if (!published || !victim || published.address === victim.address) return;
        const forms = [published.address, published.alias];
        expect(forms).not.toContain(victim.address);
        if (victim.alias !== undefined) expect(forms).not.toContain(victim.alias);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('an alias', () => {
  it.each(['x@οδος。gr', 'x@ΟΔΟΣ。gr'])('that is another mailbox in lower case is not bound: %s', (typed) => {
    const destination = destinationOf('email', typed.toUpperCase());
    expect(destination).toMatchObject({ address: 'x@xn--pxavbq.gr', alias: undefined });
  });

  it('of another mailbox in an old database has no hash', () => {
    const association = { id: 'a1', medium: 'email', address: 'hans@strasse.de', alias: 'hans@straße.de' } as const;
    expect(hashesOf(association, [pepper])).toEqual([
      { pepperId: 'p1', associationId: 'a1', hash: lookupHash(association, 'pepper'), isAlias: false },
    ]);
    expect(isFormOf('hans@straße.de', association)).toBe(false);
  });

  it('in the letters that clients hash has one', () => {
    expect(destinationOf('email', 'Strauß@Example.com\u200e')).toMatchObject({
      address: 'strauss@example.com',
      alias: 'strauß@example.com',
    });
    expect(destinationOf('email', 'x@Bücher.example')).toMatchObject({ alias: 'x@bücher.example' });
  });
});
