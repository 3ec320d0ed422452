import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountOfId, accountOfPhone, botOfToken, loginCodeOf } from '../../../../src/sandbox/world/accounts.js';
import { magicBotRanges, magicBotSecret, magicRanges } from '../../../../src/sandbox/world/magic.js';

const dcs = fc.integer({ min: 1, max: 3 });
const lasts = fc.integer({ min: 0, max: 9999 }).map((last) => String(last).padStart(4, '0'));
/** Their codes are a word or a phrase. */
const hasWords = (last: string) => last.startsWith('403') || last.startsWith('404');

describe('the accounts', () => {
  it('follow from their phone numbers, in any format', () => {
    fc.assert(
      fc.property(dcs, lasts, (dc, last) => {
        const account = accountOfPhone(`+99966${dc}${last}`);
        expect(account).toEqual(accountOfPhone(`99966 ${dc}-${last}`));
        expect(account).toMatchObject({ dc, phone: `99966${dc}${last}`, isBot: false });
        if (!hasWords(last)) expect(account && loginCodeOf(account)).toBe(String(dc).repeat(5));
      }),
    );
  });

  it('have positive user IDs of their own, from which they can be found', () => {
    const ids = new Set<bigint>();
    for (const dc of [1, 2, 3]) {
      for (let last = 0; last < 10_000; last += 1) {
        const number = `${dc}${String(last).padStart(4, '0')}`;
        for (const account of [accountOfPhone(`99966${number}`), botOfToken(`20000${number}:${magicBotSecret}`)]) {
          if (!account) continue;
          ids.add(account.id);
          if (account.id <= 0n || accountOfId(account.id)?.id !== account.id) expect.fail(`user ID of ${number}`);
        }
      }
    }
    const bots = magicBotRanges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    expect(ids.size).toBe(3 * (10_000 + bots));
    expect([0n, -1n, 777000n, 700009999n, 700040000n].map((id) => accountOfId(id))).toEqual(Array(5).fill(undefined));
  });

  it('do not exist for other numbers and tokens', () => {
    for (const phone of ['', '99966', '9996600000', '9996640000', '999661000', '99966100000', '4930123456']) {
      expect(accountOfPhone(phone)).toBeUndefined();
    }
    const tokens = [
      '',
      ':',
      '2000010000',
      `2000010000:${magicBotSecret}x`,
      `2000040000:${magicBotSecret}`,
      `9996610000:${magicBotSecret}`,
    ];
    for (const token of tokens) expect(botOfToken(token)).toBeUndefined();
  });

  it('have kinds by ranges that do not overlap', () => {
    for (const ranges of [magicRanges, magicBotRanges]) {
      const sorted = ranges.toSorted((a, b) => a.first - b.first);
      for (const [index, { first, last }] of sorted.entries()) {
        expect(first).toBeLessThanOrEqual(last);
        expect(first).toBeGreaterThan(sorted[index - 1]?.last ?? -1);
      }
    }
    expect(accountOfPhone('9996613399')?.kind).toBe('flood_wait');
    expect(accountOfPhone('9996613900')?.kind).toBe('plain');
    expect(accountOfPhone('9996619999')?.kind).toBe('plain');
  });
});
