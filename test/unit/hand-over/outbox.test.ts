import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import type { Database } from '../../../src/database/database.js';
import { createHandOverOutbox, type HandOverOutbox } from '../../../src/hand-over/outbox.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js';
import { silentLogger } from '../../support/silent-logger.js';

const capacity = 200;
let clock: FakeClock;
let database: Database;
let outbox: HandOverOutbox;
/** Ends the current attempt for that hand-over. */
let underWay: Map<string, (end: 'deletes' | 'leaves') => Promise<void>>;

beforeEach(async () => {
  clock = createFakeClock();
  database = await openTestDatabase({ clock });
  underWay = new Map();
  const run = (id: string) =>
    new Promise<void>((resolve) => {
      underWay.set(id, async (end) => {
        underWay.delete(id);
        if (end === 'deletes') await database.transaction((tx) => tx.handOvers.delete(id));
        resolve();
      });
    });
  outbox = createHandOverOutbox({ database, clock, logger: silentLogger, run });
});
afterEach(async () => {
  for (const end of underWay.values()) await end('leaves');
  await outbox.stop();
  await database.close();
});

async function add(count: number): Promise<void> {
  const fresh = { session: null, process: null, reason: null, attempts: 0, refusals: 0, createdAt: 0 };
  await database.transaction(async (tx) => {
    for (let number = 0; number < count; number += 1) {
      const id = `account${number}`;
      const row = { id, owner: '@alice:example.test' as Mxid, telegramUserId: id, state: 'ending' } as const;
      await tx.handOvers.save({ ...row, ...fresh, dueAt: clock.now() - 1000 + number });
    }
  });
}

/** Lets a query that has begun end: SQLite has one transaction at a time. */
async function endLook(): Promise<void> {
  await database.transaction(() => Promise.resolve());
  await clock.advance(0);
}

const waitForAttempts = (ids: readonly string[]) => vi.waitFor(() => expect([...underWay.keys()]).toEqual(ids));

describe('the outbox of hand-overs', () => {
  it('starts the next due one as soon as there is room', async () => {
    await add(capacity + 1);
    outbox.start();
    await vi.waitFor(() => expect(underWay.size).toBe(capacity));
    expect(underWay.has(`account${capacity}`)).toBe(false);
    await underWay.get('account7')?.('deletes');
    await clock.advance(0);
    await vi.waitFor(() => expect(underWay.has(`account${capacity}`)).toBe(true));
    expect(underWay.size).toBe(capacity);
  });

  it('keeps a requested one waiting while there is no room', async () => {
    await add(capacity);
    outbox.start();
    await vi.waitFor(() => expect(underWay.size).toBe(capacity));
    await add(capacity + 1);
    outbox.push(`account${capacity}`);
    await endLook();
    expect(underWay.size).toBe(capacity);
    await underWay.get('account7')?.('deletes');
    await clock.advance(0);
    await vi.waitFor(() => expect(underWay.has(`account${capacity}`)).toBe(true));
  });

  it('repeats an attempt that was running when a query found the hand-over due', async () => {
    await add(1);
    outbox.start();
    await waitForAttempts(['account0']);
    outbox.wake();
    await endLook();
    const [end] = underWay.values();
    await end?.('leaves');
    await clock.advance(0);
    await waitForAttempts(['account0']);
  });

  it('reads nothing after an attempt if nothing else is due', async () => {
    await add(2);
    await database.transaction((tx) => tx.handOvers.update('account1', 'ending', { dueAt: clock.now() + 5000 }));
    outbox.start();
    await waitForAttempts(['account0']);
    await endLook();
    await database.transaction((tx) => tx.handOvers.delete('account0'));
    const transaction = vi.spyOn(database, 'transaction');
    await underWay.get('account0')?.('leaves');
    await clock.advance(4999);
    expect(transaction).not.toHaveBeenCalled();
    await clock.advance(1);
    await vi.waitFor(() => expect(underWay.has('account1')).toBe(true));
  });
});
