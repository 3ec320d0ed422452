import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import type { Secret } from '../../src/base/secret.js';
import type { Database, Transaction } from '../../src/database/database.js';
import type { IdentityAssociationRecord } from '../../src/database/tables/identity-associations.js';
import type { IdentityInviteRecord } from '../../src/database/tables/identity-invites.js';
import type { InviteDeliveryRecord } from '../../src/database/tables/invite-deliveries.js';
import { lookupHash } from '../../src/identity/lookup-hash.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from '../support/embedded-accounts.js';
import {
  identityFailureOf,
  inviteOf,
  openIdentityService,
  type IdentityUnderTest,
} from '../support/identity-service.js';
import { day } from '../support/validation.js';
import { lookupCaller } from '../support/identity-limits.js';

const alice = '@alice:example.test' as Mxid;
const bob = '@bob:example.test' as Mxid;
const home = 'example.test' as ServerName;
/** Beyond 32 bits, as times in milliseconds are. */
const later = 1_795_000_000_000;

const carol = { medium: 'email', address: 'carol@mail.test' } as const;
const phone = { medium: 'msisdn', address: '447470674927' } as const;

const association = (changes: Partial<IdentityAssociationRecord> = {}): IdentityAssociationRecord => ({
  id: 'a1',
  mxid: alice,
  ...carol,
  alias: 'alias.of.carol@mail.test',
  signed: '{"signed":"text"}',
  createdAt: later,
  ...changes,
});

const invite = (changes: Partial<IdentityInviteRecord> = {}): IdentityInviteRecord => ({
  id: 'i1',
  ...carol,
  token: 'token-of-the-invite',
  roomId: '!room:example.test',
  sender: bob,
  publicKey: 'public key',
  createdAt: later,
  ...changes,
});

const delivery = (changes: Partial<InviteDeliveryRecord> = {}): InviteDeliveryRecord => ({
  id: 'd1',
  serverName: home,
  body: '{"body":"of the delivery"}',
  createdAt: later,
  dueAt: later,
  ...changes,
});

/** What the database promises of the identity service, on every engine. */
export function describeIdentity(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  const within = <T>(work: (tx: Transaction) => Promise<T>) => database.transaction(work);
  const reopen = async (encryption: { readonly key: Secret; readonly oldKeys: readonly Secret[] }) => {
    await database.close();
    database = await openTestDatabase({ uri: testDatabase.uri, encryption });
  };

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  it('stores public keys, the oldest first, each version once', async () => {
    const key = (keyId: string, createdAt: number) => ({ keyId, publicKey: `public ${keyId}`, createdAt });
    await within((tx) => tx.identitySigningKeys.insert(key('ed25519:0', later + 1)));
    await within((tx) => tx.identitySigningKeys.insert(key('ed25519:1', later)));
    expect(await within((tx) => tx.identitySigningKeys.list())).toEqual([
      key('ed25519:1', later),
      key('ed25519:0', later + 1),
    ]);
    await expect(within((tx) => tx.identitySigningKeys.insert(key('ed25519:0', 1)))).rejects.toThrow();
  });

  it('stores associations, found by 3PID as they were saved', async () => {
    const bare = association({ id: 'a2', ...phone, alias: undefined, mxid: bob });
    await within(async ({ identityAssociations: store }) => {
      await store.insert(association());
      await store.insert(bare);
      expect(await store.find(carol)).toEqual(association());
      expect(await store.find(phone)).toEqual(bare);
      expect(await store.find({ medium: 'msisdn', address: carol.address })).toBeUndefined();
      const many = Array.from({ length: 1100 }, (_, index) => ({ ...carol, address: `user${index}@mail.test` }));
      const found = await store.findMany([carol, ...many, phone]);
      expect(found).toHaveLength(2);
      expect(found).toEqual(
        expect.arrayContaining([
          { ...carol, mxid: alice },
          { ...phone, mxid: bob },
        ]),
      );
      expect(await store.findMany([])).toEqual([]);
      await store.delete(association());
      expect(await store.find(carol)).toBeUndefined();
      expect(await store.find(phone)).toEqual(bare);
    });
    await expect(within((tx) => tx.identityAssociations.insert({ ...bare, id: 'a3' }))).rejects.toThrow();
  });

  it('stores lookup hashes by pepper', async () => {
    await within(async ({ lookupHashes: store, identityAssociations }) => {
      await store.insertPepper({ id: 'p1', pepper: 'first', createdAt: later });
      await store.activatePepper('p1', later + 1);
      await store.insertPepper({ id: 'p2', pepper: 'second', createdAt: later + 2 });
      const known = { isUnderCurrentKey: true, retiredAt: undefined, activatedAt: undefined };
      const first = { ...known, id: 'p1', pepper: 'first', createdAt: later, activatedAt: later + 1 };
      const second = { ...known, id: 'p2', pepper: 'second', createdAt: later + 2 };
      expect(await store.listPeppers()).toEqual([first, second]);
      await store.activatePepper('p2', later + 3);
      expect(await store.holdPeppers()).toEqual([
        { ...first, retiredAt: later + 3 },
        { ...second, activatedAt: later + 3 },
      ]);

      await identityAssociations.insert(association());
      await identityAssociations.insert(association({ id: 'a2', mxid: bob, ...phone }));
      const hash = (pepperId: string, text: string, associationId: string, isAlias = false) => ({
        pepperId,
        hash: text,
        associationId,
        isAlias,
      });
      await store.insert([hash('p1', 'x', 'a1'), hash('p1', 'y', 'a1'), hash('p2', 'x', 'a1'), hash('p2', 'z', 'a2')]);
      await store.insert([hash('p1', 'y', 'a2'), hash('p1', 'y', 'a2')]);
      await store.insert([]);
      const find = async (pepperId: string) =>
        Object.fromEntries(await store.findUsers(pepperId, ['x', 'y', 'z', 'q']));
      expect(await find('p1')).toEqual({ x: alice, y: bob });
      expect(await find('p2')).toEqual({ x: alice, z: bob });
      // An alias takes nothing from another association, and a canonical form does.
      await store.insert([hash('p2', 'x', 'a2', true), hash('p2', 'q', 'a2', true)]);
      expect(await find('p2')).toEqual({ x: alice, z: bob, q: bob });
      await store.insert([hash('p2', 'q', 'a2', true), hash('p2', 'q', 'a1')]);
      expect(await find('p2')).toEqual({ x: alice, z: bob, q: alice });
      expect(await store.findUsers('p1', [])).toEqual(new Map());
      const many = Array.from({ length: 2_500 }, (_, index) => `unknown ${index}`);
      for (const [at, known] of [
        [0, 'x'],
        [1_999, 'y'],
        [2_000, 'x'],
        [2_499, 'y'],
      ] as const) {
        many[at] = known;
      }
      expect(await store.findUsers('p1', many)).toEqual(
        new Map([
          ['x', alice],
          ['y', bob],
        ]),
      );
      expect(await identityAssociations.hold(['a1', 'a2', 'a3'])).toEqual(new Set(['a1', 'a2']));
      await identityAssociations.delete(association({ id: 'a2' }));
      expect(await find('p1')).toEqual({ x: alice });
      expect(await store.deleteByPepper('p1', 10)).toBe(1);
      expect(await store.deleteByPepper('p1', 10)).toBe(0);
      await store.deletePepper('p1');
      expect((await store.listPeppers()).map(({ id }) => id)).toEqual(['p2']);
      expect(await find('p2')).toEqual({ x: alice, q: alice });
    });
  });

  it('deletes the hashes of a pepper in batches, and lists associations without a hash', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => `a${index}`);
    await within(async ({ lookupHashes: store, identityAssociations }) => {
      await store.insertPepper({ id: 'p1', pepper: 'first', createdAt: later });
      for (const id of ids) {
        await identityAssociations.insert(association({ id, address: `${id}@mail.test`, alias: undefined }));
      }
      const list = async (afterId: string, limit: number) =>
        (await identityAssociations.listUnhashed('p1', afterId, limit)).map(({ id }) => id);
      expect(await list('', 3)).toEqual(['a0', 'a1', 'a2']);
      expect(await list('a2', 9)).toEqual(['a3', 'a4', 'a5', 'a6']);
      await store.insert(['a1', 'a4'].map((id) => ({ pepperId: 'p1', hash: id, associationId: id, isAlias: false })));
      expect(await list('', 9)).toEqual(['a0', 'a2', 'a3', 'a5', 'a6']);
      expect(await identityAssociations.listUnhashed('p2', 'a5', 1)).toEqual([
        { id: 'a6', medium: 'email', address: 'a6@mail.test', alias: undefined },
      ]);
      await store.insert(ids.map((id) => ({ pepperId: 'p1', hash: id, associationId: id, isAlias: false })));
      expect(await store.deleteByPepper('p1', 4)).toBe(4);
      expect(await store.deleteByPepper('p1', 4)).toBe(3);
    });
  });

  it('stores invites, pending until a delivery has them', async () => {
    const more = [
      invite({ id: 'i2', token: 't2', publicKey: 'k2', createdAt: later - 1 }),
      invite({ id: 'i3', token: 't3', publicKey: 'k3', address: 'dora@mail.test' }),
    ];
    await within(async ({ identityInvites: store }) => {
      for (const record of [invite(), ...more]) await store.insert(record);
      expect(await store.findByToken('token-of-the-invite')).toEqual(invite());
      expect(await store.findByToken('t4')).toBeUndefined();
      expect([await store.hasPublicKey('k2'), await store.hasPublicKey('k4')]).toEqual([true, false]);
      expect(await store.listPending(carol)).toEqual([more[0], invite()]);
      expect(await store.countPending(carol)).toBe(2);
      await store.claim(['i1'], 'd1');
      expect(await store.listPending(carol)).toEqual([more[0]]);
      await store.deletePending('i1');
      expect(await store.findByToken('token-of-the-invite')).toEqual(invite());
      await store.release('d2');
      expect(await store.countPending(carol)).toBe(1);
      await store.release('d1');
      expect(await store.countPending(carol)).toBe(2);
      await store.claim(['i2'], 'd2');
      await store.deletePendingUntil(later - 1);
      expect(await store.findByToken('t2')).toEqual(more[0]);
      await store.deletePendingUntil(later);
      expect([await store.hasPublicKey('public key'), await store.hasPublicKey('k2')]).toEqual([false, true]);
      await store.deleteByDelivery('d2');
      expect(await store.hasPublicKey('k2')).toBe(false);
    });
  });

  it('stores deliveries, and lists the due ones', async () => {
    const other = 'other.test' as ServerName;
    await within(async ({ inviteDeliveries: store }) => {
      await store.insert(delivery());
      await store.insert(delivery({ id: 'd2', dueAt: later - 1 }));
      await store.insert(delivery({ id: 'd3', serverName: other, dueAt: later - 2 }));
      await store.insert(delivery({ id: 'd4', serverName: other, dueAt: later + 9 }));
      expect(await store.listDueServers(later, 5)).toEqual([other, home]);
      expect(await store.listDueServers(later, 1)).toEqual([other]);
      expect(await store.listDueServers(later - 3, 5)).toEqual([]);
      expect(await store.findDue(home, later)).toEqual(delivery({ id: 'd2', dueAt: later - 1 }));
      expect(await store.findDue(home, later - 2)).toBeUndefined();
      expect(await store.nextDueAt(later)).toBe(later + 9);
      expect(await store.nextDueAt(later + 9)).toBeUndefined();
      await store.postpone('d2', later + 3);
      expect(await store.findDue(home, later)).toEqual(delivery());
      await store.postponeServer(home, later + 2);
      expect(await store.listDueServers(later, 5)).toEqual([other]);
      expect(await store.findDue(home, later + 2)).toEqual(delivery({ dueAt: later + 2 }));
      expect(await store.nextDueAt(later + 2)).toBe(later + 3);
      expect((await store.listUntil(home, later)).toSorted()).toEqual(['d1', 'd2']);
      expect(await store.listUntil(home, later - 1)).toEqual([]);
      await store.abandon('d1', later + 5);
      expect(await store.findDue(home, later + 2)).toBeUndefined();
      expect(await store.listUntil(home, later)).toEqual(['d2']);
      await store.delete('d3');
      await store.deleteGivenUp(later + 4);
    });
    expect(await testDatabase.execute('SELECT id FROM invite_deliveries ORDER BY id')).toEqual([
      { id: 'd1' },
      { id: 'd2' },
      { id: 'd4' },
    ]);
    await within((tx) => tx.inviteDeliveries.deleteGivenUp(later + 5));
    expect(await testDatabase.execute('SELECT id FROM invite_deliveries ORDER BY id')).toEqual([
      { id: 'd2' },
      { id: 'd4' },
    ]);
  });

  it('encrypts what it stores, and finds it under a new key without the old one', async () => {
    await within(async (tx) => {
      await tx.identityAssociations.insert(association());
      await tx.lookupHashes.insertPepper({ id: 'p1', pepper: 'pepper', createdAt: later });
      await tx.lookupHashes.insert([
        { pepperId: 'p1', associationId: 'a1', hash: lookupHash(carol, 'pepper'), isAlias: false },
      ]);
      await tx.identityInvites.insert(invite());
      await tx.inviteDeliveries.insert(delivery());
    });
    const stored = await testDatabase.dump();
    const { signed, alias } = association();
    for (const secret of [carol.address, 'carol', alias, signed, invite().token, delivery().body]) {
      expect(stored).not.toContain(secret);
    }
    expect(stored).not.toContain(lookupHash(carol, 'pepper'));
    expect(stored).toContain(alice);
    await reopen({ key: testKey(2), oldKeys: [testKey()] });
    const carols = lookupHash(carol, 'pepper');
    const asked = [
      'unknown',
      carols,
      'other',
      ...Array.from({ length: 1_500 }, (_, index) => `unknown ${index}`),
      carols,
    ];
    expect(await within((tx) => tx.lookupHashes.findUsers('p1', asked))).toEqual(new Map([[carols, alice]]));
    expect((await within((tx) => tx.lookupHashes.listPeppers()))[0]?.isUnderCurrentKey).toBe(false);
    await reopen({ key: testKey(2), oldKeys: [] });
    await within(async (tx) => {
      expect(await tx.identityAssociations.find(carol)).toEqual(association());
      expect(await tx.identityInvites.findByToken(invite().token)).toEqual(invite());
      expect(await tx.identityInvites.listPending(carol)).toEqual([invite()]);
      expect(await tx.inviteDeliveries.findDue(home, later)).toEqual(delivery());
    });
  });

  describe('with the identity service', () => {
    let under: IdentityUnderTest;

    beforeEach(async () => {
      under = await openIdentityService({ database });
    });

    afterEach(() => under.close());

    const find = (address: string) =>
      under.service.associations.find({ medium: 'email', address }, lookupCaller('client'));
    const lookUp = async (addresses: readonly string[]) => {
      const { lookupPepper: pepper } = await under.service.lookup.hashDetails();
      const hashes = addresses.map((address) => lookupHash({ medium: 'email', address }, pepper));
      const found = await under.service.lookup.lookUp({
        algorithm: 'sha256',
        pepper,
        addresses: hashes,
        caller: lookupCaller(alice),
      });
      return hashes.map((hash) => found.get(hash));
    };

    it('binds a 3PID for one of several concurrent users, consistently in all tables', async () => {
      const users = Array.from({ length: 6 }, (_, index) => `@user${index}:example.test` as Mxid);
      const proofs = [];
      for (const mxid of users) proofs.push({ mxid, caller: mxid, ...(await under.prove('carol@mail.test')) });
      const signed = await Promise.all(proofs.map((proof) => under.service.associations.bind(proof)));
      const last = await find('carol@mail.test');
      expect(signed).toContainEqual(last);
      expect(await lookUp(['carol@mail.test'])).toEqual([last?.['mxid']]);
      expect(await testDatabase.execute('SELECT mxid FROM identity_associations')).toEqual([{ mxid: last?.['mxid'] }]);
      expect(await testDatabase.execute('SELECT hash FROM lookup_hashes')).toHaveLength(1);
    });

    it('delivers every invite that is stored while its 3PID is bound', async () => {
      const proof = await under.prove('carol@mail.test');
      const storing = Array.from({ length: 8 }, () => under.service.invites.store(inviteOf('carol@mail.test')));
      const binding = under.service.associations.bind({ ...proof, mxid: alice, caller: alice });
      const [stored, signed] = await Promise.all([Promise.allSettled(storing), binding]);
      const tokens = stored.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.token] : []));
      const handed = ((signed['invites'] ?? []) as { readonly token: string }[]).map(({ token }) => token);
      expect(handed.toSorted()).toEqual(tokens.toSorted());
      expect(await within((tx) => tx.identityInvites.countPending(carol))).toBe(0);
    });

    it('finds every user throughout a renewal of the pepper', async () => {
      await under.service.start();
      const early = ['a', 'b', 'c', 'd'].map((local) => `${local}@mail.test`);
      for (const address of early) await under.bind(address, alice);
      const [withdrawn = '', replaced = ''] = early;
      const proof = { kind: 'session', ...(await under.prove(withdrawn)) } as const;
      const again = await under.prove(replaced);
      const late = ['x', 'y', 'z'].map((local) => `${local}@mail.test`);
      const proofs = [];
      for (const address of late) proofs.push(await under.prove(address));
      const { associations } = under.service;
      await within(async (tx) => {
        const [pepper] = await tx.lookupHashes.listPeppers();
        // As if a month had passed, except for the sessions.
        if (pepper) await tx.lookupHashes.activatePepper(pepper.id, under.clock.now() - 31 * day);
      });
      await Promise.all([
        under.service.sweep(),
        under.service.sweep(),
        ...proofs.map((each) => associations.bind({ ...each, mxid: bob, caller: bob })),
        associations.unbind({ mxid: alice, medium: 'email', address: withdrawn }, proof),
        associations.bind({ ...again, mxid: bob, caller: bob }),
      ]);
      const peppers = await within((tx) => tx.lookupHashes.listPeppers());
      expect(peppers.filter(({ retiredAt }) => retiredAt === undefined)).toHaveLength(1);
      expect(peppers).toHaveLength(2);
      expect(await lookUp([...early, ...late])).toEqual([undefined, bob, alice, alice, bob, bob, bob]);
    });

    describe('and embedded accounts', () => {
      let embedded: EmbeddedUnderTest;
      const published = 'SELECT association_id FROM lookup_hashes';

      beforeEach(async () => {
        embedded = await openEmbeddedAccounts({ database, clock: under.clock });
        await embedded.addUser('alice');
      });

      const publishForAccount = async (email: string) => {
        await embedded.addAddress(alice, { medium: 'email', address: email });
        const added = await within((tx) => tx.accountAddresses.find({ medium: 'email', address: email }));
        if (!added) throw new Error('the address was not added');
        await under.service.associations.publish(added);
      };

      it('looks up nothing of a deactivated user, and rejects new bindings', async () => {
        await under.bind('carol@mail.test', alice);
        await publishForAccount('alice@mail.test');
        await under.bind('bob@mail.test', bob);
        const token = (mxid: Mxid) => ({ tokenHash: `of ${mxid}`, mxid, createdAt: later, usedAt: later });
        await within((tx) => tx.identityTokens.insert(token(alice)));
        await within((tx) => tx.identityTokens.insert(token(bob)));
        const mails = ['carol@mail.test', 'alice@mail.test', 'bob@mail.test'];
        expect(await lookUp(mails)).toEqual([alice, alice, bob]);

        expect(await embedded.administration.deactivate(alice)).toBe(true);
        expect(await lookUp(mails)).toEqual([undefined, undefined, bob]);
        expect([await find('carol@mail.test'), await find('alice@mail.test')]).toEqual([undefined, undefined]);
        expect(await testDatabase.execute(published)).toHaveLength(1);
        expect(await testDatabase.execute('SELECT mxid FROM identity_tokens')).toEqual([{ mxid: bob }]);

        const proof = { mxid: alice, ...(await under.prove('carol@mail.test')) };
        const { associations } = under.service;
        expect(await identityFailureOf(associations.bind({ ...proof, caller: alice }))).toEqual({
          kind: 'token_unknown',
        });
        expect(await identityFailureOf(associations.bind({ ...proof, caller: undefined }))).toEqual({
          kind: 'mxid_not_allowed',
        });
        expect(await lookUp(mails)).toEqual([undefined, undefined, bob]);
      });

      it('stores no hash of a removed 3PID of an account', async () => {
        await publishForAccount('alice@mail.test');
        expect(await testDatabase.execute(published)).toHaveLength(1);
        const [added] = await within((tx) => tx.accountAddresses.listByUser(alice));
        await within((tx) => tx.accountAddresses.delete(added?.id ?? ''));
        expect(await testDatabase.execute(published)).toEqual([]);
      });

      it('loses no binding, and leaves none, if users are deactivated while they bind and the pepper is renewed', async () => {
        await under.bind('bob@mail.test', bob);
        const proofs = [];
        for (const local of ['u', 'v', 'w', 'x']) {
          await publishForAccount(`${local}@mail.test`);
          proofs.push({ mxid: alice, caller: alice, ...(await under.prove(`${local}.too@mail.test`)) });
        }
        await within(async (tx) => {
          const [pepper] = await tx.lookupHashes.listPeppers();
          if (pepper) await tx.lookupHashes.activatePepper(pepper.id, under.clock.now() - 31 * day);
        });
        const outcomes = await Promise.allSettled([
          ...proofs.slice(0, 2).map((proof) => under.service.associations.bind(proof)),
          under.service.sweep(),
          embedded.administration.deactivate(alice),
          ...proofs.slice(2).map((proof) => under.service.associations.bind(proof)),
        ]);
        const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
        expect(failures.filter((failure) => !failure.includes('token_unknown'))).toEqual([]);
        expect(await testDatabase.execute('SELECT mxid FROM identity_associations')).toEqual([{ mxid: bob }]);
        expect(await lookUp(['bob@mail.test'])).toEqual([bob]);
        expect(await testDatabase.execute(published)).toHaveLength(2);
      });
    });

    it('has one pepper if several callers create the first one at once', async () => {
      const details = await Promise.all(Array.from({ length: 6 }, () => under.service.lookup.hashDetails()));
      expect(new Set(details.map(({ lookupPepper }) => lookupPepper)).size).toBe(1);
    });
  });
}

/** What a database promises of the identity service that several daemons share. */
export function describeSharedIdentity(createDatabase: () => Promise<TestDatabase>): void {
  it('notifies each homeserver once, and of one 3PID at a time', async () => {
    const testDatabase = await createDatabase();
    const databases = await Promise.all(Array.from({ length: 3 }, () => openTestDatabase({ uri: testDatabase.uri })));
    const [database] = databases;
    if (!database) throw new Error('no database');
    const first = await openIdentityService({ database, options: { bindAllow: 'any' } });
    const { federation, signingKeys, clock } = first;
    const daemons = [first];
    for (const other of databases.slice(1)) {
      daemons.push(await openIdentityService({ database: other, federation, signingKeys, clock }));
    }
    const servers = ['one.test', 'two.test', 'three.test'];
    for (const server of servers) {
      for (const local of ['a', 'b', 'c']) {
        await first.service.invites.store(inviteOf(`${local}@${server}`));
        await first.bind(`${local}@${server}`, `@${local}:${server}` as Mxid);
      }
    }
    await Promise.all(daemons.map(({ service }) => service.start()));
    while (federation.taken.length < 9) await first.settle(5);
    await first.settle();
    expect(federation.asked.toSorted()).toEqual(servers.flatMap((server) => [server, server, server]).toSorted());
    for (const server of servers) expect(federation.maxConcurrent(server)).toBe(1);
    expect(await testDatabase.execute('SELECT id FROM invite_deliveries')).toEqual([]);
    await Promise.all(daemons.map((daemon) => daemon.close()));
    await Promise.all(databases.map((each) => each.close()));
    await testDatabase.remove();
  });
}
