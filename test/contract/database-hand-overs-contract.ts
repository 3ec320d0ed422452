import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { HandOverState } from '../../src/database/tables/hand-overs.js';
import { endLinked } from '../../src/login/owned-logins.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';

const owner = '@alice:example.org' as Mxid;
const session = new Secret('a session');
const states = ['pending', 'refused', 'ending'] as const;

/** What the database promises of hand-overs, on every engine. */
export function describeHandOvers(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const add = (id: string, state: HandOverState, dueAt = 0) =>
    database.transaction((tx) => {
      const fresh = { process: null, reason: null, attempts: 0, refusals: 0, createdAt: 0 };
      return tx.handOvers.save({ id, owner, telegramUserId: id, state, session, ...fresh, dueAt });
    });
  const find = (id: string) => database.transaction((tx) => tx.handOvers.find(id));

  it.each(states.flatMap((state) => states.map((expected) => ({ state, expected }))))(
    'a hand-over that is $state changes only if that state is expected: $expected',
    async ({ state, expected }) => {
      await add('1', state);
      const before = await find('1');
      const changes = { state: 'ending', process: 'a process', session: null, dueAt: 7 } as const;
      const isChanged = await database.transaction((tx) => tx.handOvers.update('1', expected, changes));
      expect(isChanged).toBe(state === expected);
      expect(await find('1')).toEqual(isChanged ? { ...before, ...changes } : before);
    },
  );

  it('a session can be changed, and other changes leave it as it is', async () => {
    await add('1', 'pending');
    await database.transaction((tx) => tx.handOvers.update('1', 'pending', { reason: 'no answer' }));
    expect(await find('1')).toMatchObject({ session, reason: 'no answer' });
    const other = new Secret('another session');
    await database.transaction((tx) => tx.handOvers.update('1', 'pending', { session: other }));
    expect(await find('1')).toMatchObject({ session: other, reason: 'no answer' });
  });

  it('the open hand-overs are all that are not refused, earliest due first', async () => {
    await add('3', 'ending', 30);
    await add('1', 'pending', 20);
    await add('2', 'refused', 10);
    await add('4', 'pending', 20);
    const list = (limit: number) => database.transaction((tx) => tx.handOvers.listOpen(limit));
    const open = [
      { id: '1', dueAt: 20 },
      { id: '4', dueAt: 20 },
      { id: '3', dueAt: 30 },
    ];
    expect(await list(9)).toEqual(open);
    expect(await list(2)).toEqual(open.slice(0, 2));
  });

  it('a hand-over that ends while its process is saved keeps the process', async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      const id = `${turn}`;
      await add(id, 'pending');
      const rest = { profile: new Secret('{}'), createdAt: 0, updatedAt: 0 };
      const account = { id, owner, telegramUserId: id, session: null, heldBy: 'hand_over', ...rest } as const;
      const [isWritten] = await Promise.all([
        database.transaction((tx) => tx.handOvers.update(id, 'pending', { process: 'a process' })),
        database.transaction((tx) => endLinked(tx, account, 1)),
      ]);
      expect(await find(id)).toMatchObject({ state: 'ending', session, process: isWritten ? 'a process' : null });
    }
  });

  it('deleting returns whether there was a hand-over', async () => {
    await add('1', 'ending');
    const remove = () => database.transaction((tx) => tx.handOvers.delete('1'));
    expect([await remove(), await remove()]).toEqual([true, false]);
  });
}
