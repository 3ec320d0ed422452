import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { OwnerPermission } from '../../src/database/tables/session-uses.js';
import { openTestDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/test-database.js';

const owners = ['@a:x.test', '@A:x.test', '@b:x.test', '@é:y.test'] as Mxid[];
const [first, second] = owners as [Mxid, Mxid];

/** Describes what the stores of both databases promise of the owners of linked accounts. */
export function describeSessionUses(createDatabase: () => Promise<TestDatabase>): void {
  let place: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    place = await createDatabase();
    database = await openTestDatabase({ uri: place.uri });
    const insert = (owner: Mxid, heldBy: 'gangway' | 'bridge', suffix: string) =>
      database.transaction((tx) =>
        tx.telegramAccounts.insert({
          id: `${owner} ${suffix}`,
          owner,
          telegramUserId: `${owner} ${suffix}`,
          session: heldBy === 'gangway' ? new Secret('any') : null,
          profile: new Secret('{}'),
          createdAt: 1,
          updatedAt: 1,
          heldBy,
        }),
      );
    for (const owner of owners) await insert(owner, 'bridge', '1');
    await insert(first, 'gangway', '2');
  });

  afterEach(async () => {
    await database.close();
    await place.remove();
  });

  async function listAll(limit: number) {
    const found: OwnerPermission[] = [];
    for (;;) {
      const after: Mxid | undefined = found.at(-1)?.owner;
      const page = await database.read(({ sessionUses }) => sessionUses.listOwners(after, limit));
      expect(page.length).toBeLessThanOrEqual(limit);
      if (page.length === 0) return found;
      found.push(...page);
    }
  }

  it.each([1, 3, 4, 100])('lists each owner once, in pages of %i', async (limit) => {
    const found = await listAll(limit);
    expect(found.map(({ owner }) => owner).toSorted()).toEqual(owners.toSorted());
    expect(found.filter(({ hasEndable }) => hasEndable).map(({ owner }) => owner)).toEqual([first]);
  });

  it('stores for several owners at once since when they may not log in', async () => {
    const set = (names: readonly Mxid[], since: number | undefined) =>
      database.transaction((tx) => tx.sessionUses.setUnpermittedSince(names, since));
    const stored = async () =>
      new Map((await listAll(100)).map(({ owner, unpermittedSince }) => [owner, unpermittedSince]));
    await set([first, second], 7);
    expect(await stored()).toEqual(new Map(owners.map((owner, index) => [owner, index < 2 ? 7 : undefined])));
    await set([first], undefined);
    expect(await stored()).toEqual(new Map(owners.map((owner) => [owner, owner === second ? 7 : undefined])));
  });
}
