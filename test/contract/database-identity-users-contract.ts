import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import type { Database, Transaction } from '../../src/database/database.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';

const alice = '@alice:example.test' as Mxid;
const bob = '@bob:example.test' as Mxid;
/** Beyond 32 bits, as times in milliseconds are. */
const later = 1_795_000_000_000;

/** What the database promises of the users of the identity service, on every engine. */
export function describeIdentityUsers(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  const within = <T>(work: (tx: Transaction) => Promise<T>) => database.transaction(work);

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  it('tokens are found by hash, and deleted once, or when they were not used for long', async () => {
    const record = (tokenHash: string) => ({ tokenHash, mxid: alice, createdAt: later, usedAt: later });
    await within(async ({ identityTokens }) => {
      for (const tokenHash of ['h1', 'h2', 'h3']) await identityTokens.insert(record(tokenHash));
      expect(await identityTokens.find('h1')).toEqual(record('h1'));
      expect(await identityTokens.find('h4')).toBeUndefined();
      expect(await identityTokens.delete('h1')).toBe(true);
      expect(await identityTokens.delete('h1')).toBe(false);
      await identityTokens.touch('h2', later + 1);
      await identityTokens.deleteUnused(later);
      expect(await identityTokens.find('h2')).toEqual({ ...record('h2'), usedAt: later + 1 });
      expect(await identityTokens.find('h3')).toBeUndefined();
    });
  });

  it('accepted policies are listed by user, each text in each version once', async () => {
    const text = (url: string, version = '1') => ({ url, version });
    await within(async ({ acceptedTerms }) => {
      await acceptedTerms.add(alice, text('https://policy.test/a'), later + 1);
      await acceptedTerms.add(alice, text('https://policy.test/b'), later);
      await acceptedTerms.add(alice, text('https://policy.test/a'), later + 9);
      await acceptedTerms.add(alice, text('https://policy.test/a', '2'), later + 3);
      await acceptedTerms.add(bob, text('https://policy.test/c'), later);
      expect(await acceptedTerms.listByUser(alice)).toEqual([
        text('https://policy.test/b'),
        text('https://policy.test/a'),
        text('https://policy.test/a', '2'),
      ]);
    });
    const rows = await testDatabase.execute(`SELECT accepted_at FROM accepted_terms WHERE version = '1' ORDER BY url`);
    expect(rows.map((row) => Number(row['accepted_at']))).toEqual([later + 1, later, later]);
  });
}
