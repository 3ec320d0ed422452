import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashToken, isTokenOf, makeToken, type TokenKind } from '../../../../src/accounts/embedded/token-format.js';
import { systemRandom } from '../../../../src/base/random.js';
import { Secret } from '../../../../src/base/secret.js';

const kinds: readonly TokenKind[] = ['access', 'refresh', 'login'];

describe('tokens', () => {
  it.each([
    ['access', 'gwt_'],
    ['refresh', 'gwr_'],
    ['login', 'gwl_'],
  ] as const)('of the kind %s begin with %s and are accepted as that kind only', (kind, prefix) => {
    const token = makeToken(kind, systemRandom);
    expect(token.reveal()).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{33}_[0-9A-Za-z]{6}$`));
    expect(kinds.filter((other) => isTokenOf(other, token))).toEqual([kind]);
  });

  it('have one length for all random bits', () => {
    const of = (byte: number) => makeToken('access', { bytes: (length) => Buffer.alloc(length, byte) }).reveal();
    expect(of(0)).toHaveLength(of(255).length);
    expect(isTokenOf('access', new Secret(of(0)))).toBe(true);
    expect(isTokenOf('access', new Secret(of(255)))).toBe(true);
  });

  it('have a checksum, which detects a changed character', () => {
    const token = makeToken('access', systemRandom).reveal();
    fc.assert(
      fc.property(fc.integer({ min: 4, max: token.length - 1 }), fc.constantFrom('0', 'z', '_'), (at, character) => {
        fc.pre(token[at] !== character);
        return !isTokenOf('access', new Secret(`${token.slice(0, at)}${character}${token.slice(at + 1)}`));
      }),
    );
  });

  it('are stored as hashes, equal for equal tokens, that do not contain the token', () => {
    const token = makeToken('access', systemRandom);
    expect(hashToken(token)).toBe(hashToken(new Secret(token.reveal())));
    expect(hashToken(token)).not.toContain(token.reveal().slice(4, 20));
    expect(hashToken(token)).not.toBe(hashToken(makeToken('access', systemRandom)));
  });
});
