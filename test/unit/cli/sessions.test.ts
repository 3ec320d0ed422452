import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import type { Database, Transaction } from '../../../src/database/database.js';
import type { SessionHolder } from '../../../src/database/stores/telegram-account-store.js';
import { readState } from '../../../src/login/stored-forms.js';
import { openTestDatabase } from '../../support/database.js';
import { createWorkplace, type Workplace } from './ran-command.js';

const encryptionKey = Buffer.alloc(32, 7).toString('base64');
const owner = '@alice:users.test' as Mxid;
let place: Workplace;
let database: Database;

beforeEach(async () => {
  place = createWorkplace();
  writeFileSync(
    join(place.folder, 'config.yaml'),
    JSON.stringify({
      homeserver: { domain: 'users.test' },
      accounts: { mode: 'off' },
      provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
      telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
      bridge: { permissions: { 'users.test': 'user' } },
      encryption: { key: encryptionKey },
    }),
  );
  database = await openTestDatabase({
    uri: new Secret(`sqlite:${join(place.folder, 'gangway.db')}`),
    encryption: { key: new Secret(encryptionKey), oldKeys: [] },
  });
});

afterEach(async () => {
  await database.close();
  place.remove();
});

const sessions = (...args: readonly string[]) => place.run(['sessions', ...args]);

async function link(tx: Transaction, id: string, heldBy: SessionHolder): Promise<void> {
  const times = { createdAt: Number(id), updatedAt: 0 };
  const session = heldBy === 'gangway' ? new Secret('a session') : null;
  await tx.telegramAccounts.insert({
    id,
    owner,
    telegramUserId: id,
    session,
    profile: new Secret('{}'),
    heldBy,
    ...times,
  });
}

async function handOver(tx: Transaction, id: string, state: 'pending' | 'refused', reason: string): Promise<void> {
  const session = state === 'pending' ? new Secret('a session') : null;
  const times = { dueAt: 9_999_999_999_999, createdAt: 0 };
  await tx.handOvers.save({
    id,
    owner,
    telegramUserId: id,
    state,
    session,
    process: null,
    reason,
    attempts: 1,
    refusals: 0,
    ...times,
  });
}

describe('gangway sessions', () => {
  it('lists nothing if no user is logged in', async () => {
    expect(await sessions('list')).toEqual({ code: 0, out: '', err: '' });
  });

  it('lists which program has each session, and why a hand-over waits, and prints no session', async () => {
    await database.transaction(async (tx) => {
      await link(tx, '1', 'gangway');
      await link(tx, '2', 'gangway');
      await handOver(tx, '2', 'refused', 'no more logins');
      await link(tx, '3', 'hand_over');
      await handOver(tx, '3', 'pending', 'no answer');
      await link(tx, '4', 'bridge');
      await link(tx, '5', 'lease');
      const lease = {
        leaseId: 'l',
        consumer: 'archiver',
        requestId: null,
        fencing: 1,
        takenAt: 0,
        expiresAt: 86_400_000,
      };
      const leased = {
        id: '5',
        owner,
        telegramUserId: '5',
        state: 'active',
        session: new Secret('a session'),
      } as const;
      await tx.sessionLeases.save({ ...lease, ...leased });
      await link(tx, '6', 'export');
    });
    const { code, out } = await sessions('list');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `1 ${owner} here`,
      `2 ${owner} here, refused by the bridge: no more logins`,
      `3 ${owner} waits for the bridge: no answer`,
      `4 ${owner} at the bridge`,
      `5 ${owner} leased to archiver until 1970-01-02T00:00:00.000Z`,
      `6 ${owner} exported`,
      '',
    ]);
  });

  it('makes a waiting hand-over due', async () => {
    await database.transaction(async (tx) => {
      await link(tx, '3', 'hand_over');
      await handOver(tx, '3', 'pending', 'no answer');
    });
    expect(await sessions('retry', '3')).toMatchObject({ code: 0, err: '' });
    const due = await database.transaction((tx) => tx.handOvers.listDue(Date.now() + 60_000, 9));
    expect(due.map(({ id }) => id)).toEqual(['3']);
  });

  it('refuses to retry what does not wait', async () => {
    await database.transaction((tx) => link(tx, '1', 'gangway'));
    expect(await sessions('retry', '1')).toEqual({
      code: 7,
      out: '',
      err: 'No hand-over of 1 is waiting. See gangway sessions list.\n',
    });
  });

  it('revokes a session only if that is confirmed, and leaves it to the daemon', async () => {
    await database.transaction((tx) => link(tx, '1', 'gangway'));
    expect(await sessions('revoke', '1')).toMatchObject({ code: 7, out: '', err: expect.stringContaining('--yes') });
    const linked = () => database.transaction((tx) => tx.telegramAccounts.list());
    expect(await linked()).toHaveLength(1);
    expect(await sessions('revoke', '1', '--yes')).toMatchObject({ code: 0, err: '' });
    expect(await linked()).toEqual([]);
    const left = await database.transaction((tx) => tx.loginProcesses.listByOwner(owner, 0));
    expect(left.map(({ state }) => readState(state))).toMatchObject([
      { step: 'over', session: new Secret('a session') },
    ]);
    const events = await database.transaction((tx) => tx.events.listNew(9));
    expect(events.map(({ type }) => type)).toEqual(['session.ended']);
    expect(await sessions('revoke', '1', '--yes')).toMatchObject({ code: 7, err: expect.stringContaining('No user') });
  });

  it('revokes a session at the bridge there, and a leased one when its lease is over', async () => {
    await database.transaction(async (tx) => {
      await link(tx, '4', 'bridge');
      await link(tx, '5', 'lease');
      const lease = { leaseId: 'l', consumer: 'archiver', requestId: null, fencing: 1, takenAt: 0, expiresAt: 9 };
      const leased = {
        id: '5',
        owner,
        telegramUserId: '5',
        state: 'active',
        session: new Secret('a session'),
      } as const;
      await tx.sessionLeases.save({ ...lease, ...leased });
    });
    for (const id of ['4', '5']) expect(await sessions('revoke', id, '--yes')).toMatchObject({ code: 0 });
    const { handOver, lease } = await database.transaction(async (tx) => ({
      handOver: await tx.handOvers.find('4'),
      lease: await tx.sessionLeases.find('5'),
    }));
    expect([handOver?.state, lease?.state]).toEqual(['ending', 'ending']);
  });

  it('prints events that were given up', async () => {
    await database.transaction(async (tx) => {
      const event = { id: 'e', type: 'login.completed', body: '{"type":"login.completed"}', createdAt: 0 } as const;
      const delivery = { webhook: 'https://receiver.test/', attempts: 9, reason: 'status 500', dueAt: 0 };
      await tx.events.insertDelivery({ ...event, ...delivery, failedAt: 1 });
      await tx.events.insertDelivery({ ...event, ...delivery, id: 'f', failedAt: null });
    });
    const { out } = await sessions('events');
    expect(out).toBe('https://receiver.test/ status 500 {"type":"login.completed"}\n');
  });
});
