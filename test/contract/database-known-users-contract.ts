import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { openTestDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/test-database.js';

const users = ['@a:x.test', '@A:x.test', '@b_c:x.test', '@bxc:x.test', '@d:y.test', '@é:y.test'] as Mxid[];

/** What the database promises of lists for administrators, on every engine. */
export function describeKnownUsers(createDatabase: () => Promise<TestDatabase>): void {
  let place: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    place = await createDatabase();
    database = await openTestDatabase({ uri: place.uri });
    await database.transaction(async (tx) => {
      for (const [index, owner] of users.entries()) {
        const times = { createdAt: 1, expiresAt: 2 };
        // Each user is in several tables.
        await tx.loginProcesses.save({ id: `p${index}`, owner, state: new Secret('any'), ...times });
        await tx.loginProcesses.save({ id: `q${index}`, owner, state: new Secret('any'), ...times });
        await tx.accounts.insert({ mxid: owner, passwordHash: undefined, createdAt: 1, deactivatedAt: undefined });
      }
    });
  });

  afterEach(async () => {
    await database.close();
    await place.remove();
  });

  async function listAll(limit: number, search?: string): Promise<Mxid[]> {
    const found: Mxid[] = [];
    for (;;) {
      const page = { after: found.at(-1), limit, search };
      const items = await database.read(({ knownUsers }) => knownUsers.list(page));
      found.push(...items);
      if (items.length < limit) return found;
    }
  }

  it.each([1, 2, 4, 100])('lists each user once, in pages of %i', async (limit) => {
    const found = await listAll(limit);
    expect(found.toSorted()).toEqual(users.toSorted());
    expect(found).toEqual(await listAll(100));
  });

  it.each<[string, string[]]>([
    ['A:', ['@a:x.test', '@A:x.test']],
    ['b_c', ['@b_c:x.test']],
    ['%', []],
    ['\\', []],
    ['y.test', ['@d:y.test', '@é:y.test']],
  ])('finds the users whose IDs contain %s', async (search, expected) => {
    expect((await listAll(1, search)).toSorted()).toEqual(expected.toSorted());
  });

  it('returns each login process once, in pages', async () => {
    const ids: string[] = [];
    for (;;) {
      const page = { after: ids.at(-1), limit: 5 };
      const items = await database.read(({ loginProcesses }) => loginProcesses.page(page));
      ids.push(...items.map(({ id }) => id));
      if (items.length < 5) break;
    }
    expect(ids).toEqual([...users.keys()].flatMap((index) => [`p${index}`, `q${index}`]).toSorted());
  });
}
