import { afterEach, describe, expect, it } from 'vitest';
import { randomId, systemRandom } from '../../../src/base/random.js';
import type { LookupCaller } from '../../../src/identity/lookup-limits.js';
import { lookupHash } from '../../../src/identity/lookup-hash.js';
import { openTestDatabase, testKey } from '../../support/database.js';
import { createMigratedSqlite } from '../../support/test-database.js';
import {
  alice,
  bob,
  identityFailureOf,
  openIdentityService,
  type IdentityChanges,
  type IdentityUnderTest,
} from '../../support/identity-service.js';
import { day, hour } from '../../support/validation.js';
import { generous, lookupCaller } from '../../support/identity-limits.js';

const opened: IdentityUnderTest[] = [];

const open = async (changes: IdentityChanges = {}) => {
  const under = await openIdentityService(changes);
  opened.push(under);
  return under;
};

afterEach(async () => {
  for (const under of opened.splice(0)) await under.close();
});

const pepperOf = async ({ service }: IdentityUnderTest) => (await service.lookup.hashDetails()).lookupPepper;

const lookUp = async (under: IdentityUnderTest, addresses: readonly string[], pepper?: string, algorithm = 'sha256') =>
  Object.fromEntries(
    await under.service.lookup.lookUp({
      algorithm,
      pepper: pepper ?? (await pepperOf(under)),
      addresses,
      caller: lookupCaller(alice),
    }),
  );

const mail = (local: string) => ({ medium: 'email', address: `${local}@mail.test` }) as const;

describe('the hash of an address', () => {
  it.each([
    { medium: 'email', address: 'alice@example.com', hash: '4kenr7N9drpCJ4AfalmlGQVsOn3o2RHjkADUpXJWZUc' },
    { medium: 'msisdn', address: '18005552067', hash: 'nlo35_T5fzSGZzJApqu8lgIudJvmOQtDaHtr-I4rU7I' },
  ] as const)('is the one of the specification for $address', ({ hash, ...address }) => {
    expect(lookupHash(address, 'matrixrocks')).toBe(hash);
  });
});

describe('lookups', () => {
  it('return the algorithm and the pepper', async () => {
    const { service } = await open();
    const details = await service.lookup.hashDetails();
    expect(details).toEqual({
      algorithms: ['sha256', 'none'],
      lookupPepper: expect.stringMatching(/^[A-Za-z0-9]{20}$/),
    });
    expect(await service.lookup.hashDetails()).toEqual(details);
  });

  it('find hashed addresses that are bound', async () => {
    const under = await open();
    await under.bind('Carol@Mail.test', alice);
    await under.bind('+447470674927', bob);
    const pepper = await pepperOf(under);
    const carol = lookupHash(mail('carol'), pepper);
    const phone = lookupHash({ medium: 'msisdn', address: '447470674927' }, pepper);
    const strange = [lookupHash(mail('dora'), pepper), lookupHash(mail('carol'), 'other'), 'x', '', 'carol@mail.test'];
    expect(await lookUp(under, [phone, ...strange, carol, carol])).toEqual({ [carol]: alice, [phone]: bob });
    expect(await lookUp(under, [])).toEqual({});
  });

  it('find an address as clients hash it, in lower case only, and in its canonical form', async () => {
    const under = await open();
    await under.bind('Strauß@Mail.test', alice);
    const pepper = await pepperOf(under);
    const hashes = ['strauß', 'strauss'].map((local) => lookupHash(mail(local), pepper));
    expect(Object.values(await lookUp(under, hashes))).toEqual([alice, alice]);
    await under.clock.advance(30 * day);
    await under.service.sweep();
    const next = await pepperOf(under);
    expect(next).not.toBe(pepper);
    const after = ['strauß', 'strauss', 'STRAUß'].map((local) => lookupHash(mail(local), next));
    expect(Object.values(await lookUp(under, after))).toEqual([alice, alice]);
  });

  it('find addresses in clear, in any spelling', async () => {
    const under = await open();
    await under.bind('carol@mail.test', alice);
    await under.bind('+447470674927', bob);
    const asked = ['CAROL@mail.test email', '+447470674927 msisdn', 'dora@mail.test email', 'carol@mail.test msisdn'];
    expect(await lookUp(under, asked, undefined, 'none')).toEqual({
      'CAROL@mail.test email': alice,
      '+447470674927 msisdn': bob,
    });
  });

  it.each(['carol@mail.test', 'carol mail email', ' email', 'carol@mail.test  email', ''])(
    'reject %j, which is no address in clear',
    async (address) => {
      const under = await open();
      expect(await identityFailureOf(lookUp(under, [address], undefined, 'none'))).toEqual({
        kind: 'lookup_address_malformed',
      });
    },
  );

  it('reject another algorithm, too many addresses, and another pepper, in that order', async () => {
    const under = await open({
      options: { lookup: { pepperMs: day, maxAddresses: 2, perUser: { max: 9, windowMs: day }, ...generous } },
    });
    const many = ['a', 'b', 'c'];
    expect(await identityFailureOf(lookUp(under, many, 'wrong', 'md5'))).toEqual({ kind: 'algorithm_unknown' });
    expect(await identityFailureOf(lookUp(under, many, 'wrong'))).toEqual({ kind: 'too_many_addresses', limit: 2 });
    for (const algorithm of ['sha256', 'none']) {
      expect(await identityFailureOf(lookUp(under, ['a'], 'wrong', algorithm))).toEqual({
        kind: 'pepper_wrong',
        algorithm,
        lookupPepper: await pepperOf(under),
      });
    }
  });

  it('are limited by caller, and rejected ones do not count', async () => {
    const under = await open({
      options: { lookup: { pepperMs: day, maxAddresses: 10, perUser: { max: 4, windowMs: 4000 }, ...generous } },
    });
    await identityFailureOf(lookUp(under, ['a', 'b', 'c'], 'wrong'));
    await lookUp(under, ['a', 'b', 'c']);
    expect(await identityFailureOf(lookUp(under, ['d', 'e']))).toEqual({ kind: 'rate_limited', retryAfterMs: 1000 });
    await lookUp(under, ['a', 'b', 'c', 'd']);
    await under.clock.advance(1000);
    await lookUp(under, ['e']);
    await under.clock.advance(4000);
    await lookUp(under, ['a', 'b', 'c', 'd']);
  });

  describe('are limited in total:', () => {
    const few = { max: 6, windowMs: 6000 };
    const lookups = { pepperMs: day, maxAddresses: 10, perUser: { max: 3, windowMs: 6000 }, ...generous };
    const eve = (index: number) => lookupCaller(`@eve${index}:evil.test`, `203.0.${index}.1`);
    const near = (index: number) => lookupCaller(`@eve${index}:evil${index}.test`, `203.0.113.${index}`);
    const near6 = (index: number) => lookupCaller(`@eve${index}:evil${index}.test`, `2001:db8:0:3${index}::1`);
    const own = (index: number) => lookupCaller(`@user${index}:example.test`, `203.0.${index}.1`);
    const ask = async (under: IdentityUnderTest, caller: LookupCaller, addresses: readonly string[]) =>
      under.service.lookup.lookUp({ algorithm: 'sha256', pepper: await pepperOf(under), addresses, caller });

    it.each([
      ['users of one server', { perServer: few }, eve, lookupCaller('@dora:good.test', '203.0.1.1')],
      ['users of one network', { perNetwork: few }, near, lookupCaller('@fay:evil1.test', '203.0.114.1')],
      ['users of one IPv6 /56', { perNetwork: few }, near6, lookupCaller('@fay:evil1.test', '2001:db8:0:100::1')],
    ])('%s', async (_, limits, callerAt, other) => {
      const under = await open({ options: { lookup: { ...lookups, ...limits } } });
      await ask(under, callerAt(1), ['a', 'b', 'c']);
      await ask(under, callerAt(2), ['a', 'b', 'c']);
      await ask(under, callerAt(2), ['c', 'a']);
      expect(await identityFailureOf(ask(under, callerAt(3), ['a', 'b']))).toEqual({
        kind: 'rate_limited',
        retryAfterMs: 2000,
      });
      await ask(under, other, ['d']);
      await under.clock.advance(2000);
      await ask(under, callerAt(3), ['a', 'b']);
    });

    it('but not the users of our own server', async () => {
      const under = await open({ options: { lookup: { ...lookups, perServer: few } } });
      for (let index = 0; index < 5; index += 1) await ask(under, own(index), ['a', 'b', 'c']);
    });
  });

  it('answer ten thousand addresses at once', async () => {
    const under = await open();
    await under.bind('carol@mail.test', alice);
    const pepper = await pepperOf(under);
    const addresses = Array.from({ length: 9_999 }, (_, index) => lookupHash(mail(`unknown${index}`), pepper));
    const carol = lookupHash(mail('carol'), pepper);
    const clear = Array.from({ length: 9_999 }, (_, index) => `unknown${index}@mail.test email`);
    expect(await lookUp(under, [...addresses, carol])).toEqual({ [carol]: alice });
    expect(await lookUp(under, [...clear, 'Carol@mail.test email'], pepper, 'none')).toEqual({
      'Carol@mail.test email': alice,
    });
    expect(await identityFailureOf(lookUp(under, [...addresses, carol, 'x']))).toMatchObject({ limit: 10_000 });
  });
});

describe('the pepper', () => {
  it('is renewed after its lifetime, and the previous one is valid for another hour', async () => {
    const under = await open();
    const { service, clock } = under;
    await service.start();
    await under.bind('carol@mail.test', alice);
    const first = await pepperOf(under);
    await clock.advance(30 * day - 1);
    await service.sweep();
    expect(await pepperOf(under)).toBe(first);
    await clock.advance(1);
    await service.sweep();
    const second = await pepperOf(under);
    expect(second).not.toBe(first);
    const [before, after] = [lookupHash(mail('carol'), first), lookupHash(mail('carol'), second)];
    expect(await lookUp(under, [before, after], first)).toEqual({ [before]: alice });
    expect(await lookUp(under, [before, after], second)).toEqual({ [after]: alice });

    await under.bind('dora@mail.test', bob);
    const dora = lookupHash(mail('dora'), first);
    expect(await lookUp(under, [dora], first)).toEqual({ [dora]: bob });

    await clock.advance(hour);
    expect(await identityFailureOf(lookUp(under, [before], first))).toMatchObject({ lookupPepper: second });
    await service.sweep();
    expect(await under.database.transaction((tx) => tx.lookupHashes.listPeppers())).toHaveLength(1);
    expect(await lookUp(under, [after], second)).toEqual({ [after]: alice });
  });

  it('that another daemon has renewed is returned after ten seconds, and is accepted at once', async () => {
    const under = await open();
    await under.service.start();
    await under.bind('carol@mail.test', alice);
    const first = await pepperOf(under);
    await under.database.transaction(async (tx) => {
      await tx.lookupHashes.insertPepper({ id: 'other', pepper: 'another', createdAt: under.clock.now() });
      const [association] = await tx.identityAssociations.listUnhashed('other', '', 1);
      const hash = lookupHash(mail('carol'), 'another');
      const stored = { pepperId: 'other', associationId: association?.id ?? '', hash, isAlias: false };
      await tx.lookupHashes.insert([stored]);
      await tx.lookupHashes.activatePepper('other', under.clock.now());
    });
    const [before, after] = [lookupHash(mail('carol'), first), lookupHash(mail('carol'), 'another')];
    expect(await lookUp(under, [after], 'another')).toEqual({ [after]: alice });
    await under.clock.advance(10_000);
    expect(await pepperOf(under)).toBe('another');
    expect(await lookUp(under, [before], first)).toEqual({ [before]: alice });
    expect(await lookUp(under, [after], 'another')).toEqual({ [after]: alice });
  });

  it('changes without a lookup that misses a binding, during concurrent binds and unbinds', async () => {
    const under = await open();
    const { service, clock, database } = under;
    await service.start();
    const locals = Array.from({ length: 1200 }, (_, index) => `user${index}`);
    await publishMany(under, locals);
    await clock.advance(30 * day);
    const state = { isOver: false };
    const swept = service.sweep().then(() => {
      state.isOver = true;
    });
    const first = await pepperOf(under);
    const late: string[] = [];
    while (!state.isOver) {
      const pepper = await pepperOf(under);
      const hashes = ['user0', 'user700', 'user1199', ...late].map((local) => lookupHash(mail(local), pepper));
      expect(Object.keys(await lookUp(under, hashes, pepper)).sort()).toEqual(hashes.sort());
      if (late.length < 3) {
        late.push(`late${late.length}`);
        await under.bind(`${late.at(-1)}@mail.test`, bob);
      }
    }
    await swept;
    const pepper = await pepperOf(under);
    expect(pepper).not.toBe(first);
    const all = [...locals, ...late].map((local) => lookupHash(mail(local), pepper));
    expect(Object.keys(await lookUp(under, all, pepper))).toHaveLength(all.length);
    const { id = '' } = (await database.transaction((tx) => tx.lookupHashes.listPeppers())).at(-1) ?? {};
    expect(await database.transaction((tx) => tx.identityAssociations.listUnhashed(id, '', 10))).toEqual([]);
  });

  it('is renewed completely after a daemon died during the renewal', async () => {
    const under = await open();
    await under.service.start();
    await publishMany(under, ['carol']);
    await under.clock.advance(30 * day);
    const begun = { id: randomId(systemRandom), pepper: 'halfway', createdAt: under.clock.now() };
    await under.database.transaction((tx) => tx.lookupHashes.insertPepper(begun));
    expect(await pepperOf(under)).not.toBe('halfway');
    await under.service.sweep();
    expect(await pepperOf(under)).toBe('halfway');
    const carol = lookupHash(mail('carol'), 'halfway');
    expect(await lookUp(under, [carol])).toEqual({ [carol]: alice });
  });

  it('is renewed under a new encryption key, so that the old one is not needed', async () => {
    const testDatabase = await createMigratedSqlite();
    const withKeys = (key: number, ...oldKeys: number[]) =>
      openTestDatabase({
        uri: testDatabase.uri,
        encryption: { key: testKey(key), oldKeys: oldKeys.map((old) => testKey(old)) },
      });
    const first = await withKeys(1);
    const before = await openIdentityService({ database: first });
    await before.bind('carol@mail.test', alice);
    const { signingKeys } = before;
    const pepper = await pepperOf(before);
    await before.close();
    await first.close();

    const second = await withKeys(2, 1);
    const between = await openIdentityService({ database: second, signingKeys });
    const carol = lookupHash(mail('carol'), pepper);
    expect(await lookUp(between, [carol], pepper)).toEqual({ [carol]: alice });
    await between.clock.advance(hour);
    await between.service.sweep();
    const renewed = await pepperOf(between);
    expect(renewed).not.toBe(pepper);
    await between.close();
    await second.close();

    const third = await withKeys(2);
    const after = await openIdentityService({ database: third, signingKeys });
    const hash = lookupHash(mail('carol'), renewed);
    expect(await lookUp(after, [hash], renewed)).toEqual({ [hash]: alice });
    await after.close();
    await third.close();
    await testDatabase.remove();
  });
});

/** Binds them for Alice without a validation of each. */
async function publishMany({ database, clock }: IdentityUnderTest, locals: readonly string[]): Promise<void> {
  await database.transaction(async (tx) => {
    const [pepper] = await tx.lookupHashes.listPeppers();
    for (const local of locals) {
      const association = { id: randomId(systemRandom), ...mail(local), alias: undefined };
      await tx.identityAssociations.insert({ ...association, mxid: alice, signed: '{}', createdAt: clock.now() });
      if (pepper) {
        const hash = lookupHash(association, pepper.pepper);
        await tx.lookupHashes.insert([{ pepperId: pepper.id, associationId: association.id, hash, isAlias: false }]);
      }
    }
  });
}
