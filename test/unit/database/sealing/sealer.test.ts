import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { Secret } from '../../../../src/base/secret.js';
import { UnreadableValue, createSealer } from '../../../../src/database/sealing/sealer.js';
import { testKey } from '../../../support/database.js';

const place = { table: 'accounts', column: 'session' };
const sealer = createSealer({ key: testKey(1), oldKeys: [], random: systemRandom });

describe('sealed values', () => {
  it('decrypt to the encrypted value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (value, rowId) => {
        expect(sealer.open(place, rowId, sealer.seal(place, rowId, new Secret(value))).reveal()).toBe(value);
      }),
    );
  });

  it('do not decrypt when any one character is changed', () => {
    const sealed = sealer.seal(place, 'row', new Secret('a session of some length'));
    fc.assert(
      fc.property(
        fc.nat(sealed.length - 1),
        fc.constantFrom('A', 'B', 'a', '0', '1', '.', '_', '-', '+', ' '),
        (at, character) => {
          fc.pre(sealed[at] !== character);
          const changed = `${sealed.slice(0, at)}${character}${sealed.slice(at + 1)}`;
          expect(() => sealer.open(place, 'row', changed)).toThrow(UnreadableValue);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('do not decrypt when they are shortened or lengthened', () => {
    const sealed = sealer.seal(place, 'row', new Secret('short'));
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open(place, 'row', sealed.slice(0, length))).toThrow(UnreadableValue);
    }
    expect(() => sealer.open(place, 'row', `${sealed}AAAA`)).toThrow(UnreadableValue);
  });

  it('decrypt in their own table, column and row only', () => {
    const sealed = sealer.seal(place, 'row', new Secret('value'));
    const elsewhere = [
      () => sealer.open({ ...place, table: 'accounts2' }, 'row', sealed),
      () => sealer.open({ ...place, column: 'profile' }, 'row', sealed),
      () => sealer.open(place, 'row2', sealed),
      () => sealer.open({ table: 'accounts","session', column: '' }, 'row', sealed),
    ];
    for (const open of elsewhere) expect(open).toThrow(UnreadableValue);
  });

  it('differ each time, and begin with the version and the ID of the key', () => {
    const sealed = Array.from({ length: 100 }, () => sealer.seal(place, 'row', new Secret('value')));
    expect(new Set(sealed.map((text) => text.split('.')[2])).size).toBe(100);
    expect(sealed.every((text) => text.startsWith(sealer.currentPrefix))).toBe(true);
    expect(sealer.currentPrefix).toMatch(/^v1\.[0-9a-f]{12}\.$/);
  });

  it('decrypt under an old key, and name a missing key', () => {
    const sealed = sealer.seal(place, 'row', new Secret('value'));
    const next = createSealer({ key: testKey(2), oldKeys: [testKey(3), testKey(1)], random: systemRandom });
    expect(next.open(place, 'row', sealed).reveal()).toBe('value');
    expect(next.seal(place, 'row', new Secret('value')).startsWith(next.currentPrefix)).toBe(true);
    const without = createSealer({ key: testKey(2), oldKeys: [], random: systemRandom });
    expect(() => without.open(place, 'row', sealed)).toThrow(sealer.currentPrefix.split('.')[1]);
  });

  it(
    'are AES-256-GCM under the same key for the same configuration, so that they can be decrypted by ' +
      'later versions',
    () => {
      const stored = 'v1.d0f707ed3347.AAECAwQFBgcICQoL.6wAepj6M8W9FSV-tm335pF-GtdmGoUBiEyP5VA1pd-VjlMY';
      expect(sealer.open(place, 'row', stored).reveal()).toBe('stored in version 1');
    },
  );
});
