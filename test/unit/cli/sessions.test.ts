import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import { Secret } from '../../../src/base/secret.js';
import { claimForDaemon } from '../../../src/database/daemon-lock.js';
import type { Database, Transaction } from '../../../src/database/database.js';
import type { SessionHolder } from '../../../src/database/tables/telegram-accounts.js';
import { readState, writeUser } from '../../../src/login/login-codec.js';
import { createExportSweep, createSessionExports } from '../../../src/sessions/exports.js';
import { createSessionTransfers } from '../../../src/sessions/transfers.js';
import { writeGramjsSession } from '../../../src/telegram/formats/gramjs.js';
import type { TelegramUserId } from '../../../src/telegram/shapes.js';
import { openTestDatabase } from '../../support/database.js';
import { silentLogger } from '../../support/silent-logger.js';
import { until } from '../../support/until.js';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';

const encryptionKey = Buffer.alloc(32, 7).toString('base64');
const owner = '@alice:users.test' as Mxid;
let workspace: CliWorkspace;
let database: Database;

beforeEach(async () => {
  workspace = createWorkplace();
  writeFileSync(
    join(workspace.folder, 'config.yaml'),
    JSON.stringify({
      homeserver: { domain: 'users.test' },
      accounts: { mode: 'off' },
      provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
      telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
      bridge: {
        permissions: { 'users.test': 'user' },
        upstream: { address: 'http://127.0.0.1:9', shared_secret: 'mQ2vTz7LpWc4RdYbKx9-', hand_over: 'on_request' },
      },
      encryption: { key: encryptionKey },
    }),
  );
  database = await openTestDatabase({
    uri: new Secret(`sqlite:${join(workspace.folder, 'gangway.db')}`),
    encryption: { key: new Secret(encryptionKey), oldKeys: [] },
  });
});

afterEach(async () => {
  await database.close();
  workspace.remove();
});

const sessions = (...args: readonly string[]) => workspace.run(['sessions', ...args]);

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
    const open = await database.transaction((tx) => tx.handOvers.listOpen(9));
    expect(open.map(({ id, dueAt }) => [id, dueAt < Date.now() + 60_000])).toEqual([['3', true]]);
  });

  it('starts a refused hand-over again', async () => {
    await database.transaction(async (tx) => {
      await link(tx, '2', 'gangway');
      await handOver(tx, '2', 'refused', 'no more logins');
    });
    expect(await sessions('retry', '2')).toMatchObject({ code: 0, err: '' });
    const { waiting, account } = await database.transaction(async (tx) => ({
      waiting: await tx.handOvers.find('2'),
      account: await tx.telegramAccounts.find('2'),
    }));
    const fresh = { session: new Secret('a session'), reason: null, attempts: 0, refusals: 0 };
    expect(waiting).toMatchObject({ id: '2', state: 'pending', ...fresh });
    expect(waiting?.dueAt).toBeLessThan(Date.now() + 60_000);
    expect(account).toMatchObject({ heldBy: 'hand_over', session: null });
  });

  it('refuses to retry a login that does not wait', async () => {
    await database.transaction((tx) => link(tx, '1', 'gangway'));
    expect(await sessions('retry', '1')).toEqual({
      code: 7,
      out: '',
      err: 'No hand-over of 1 is waiting or refused. See gangway sessions list.\n',
    });
  });

  it('revokes a session only after a confirmation, and leaves the rest to the daemon', async () => {
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

  it('revokes a session at the bridge there, and a leased one when its lease ends', async () => {
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

  describe('a login that the bridge is to end', () => {
    const ending = (tx: Transaction, id: string, session: Secret | null) =>
      tx.handOvers.save({
        id,
        owner,
        telegramUserId: id,
        state: 'ending',
        session,
        process: null,
        reason: 'no answer',
        attempts: 9,
        refusals: 0,
        dueAt: 9_999_999_999_999,
        createdAt: 0,
      });
    const open = () => database.transaction((tx) => tx.handOvers.listEnding());
    const left = () => database.transaction((tx) => tx.loginProcesses.listByOwner(owner, 0));

    beforeEach(() =>
      database.transaction(async (tx) => {
        await ending(tx, '7', new Secret('a session'));
        await ending(tx, '8', null);
      }),
    );

    it('is listed and shown', async () => {
      expect(await sessions('list')).toMatchObject({
        out: ['7', '8'].map((id) => `${id} ${owner} logged out, waits for the bridge: no answer\n`).join(''),
      });
      const { code, out } = await sessions('show', '7');
      expect(code).toBe(0);
      expect(out.split('\n')).toEqual([
        'telegram_user_id: 7',
        `user_id: ${owner}`,
        'session: here or at the bridge, to be ended',
        'hand_over: ending',
        'hand_over_since: 1970-01-01T00:00:00.000Z',
        'hand_over_reason: no answer',
        'hand_over_attempts: 9',
        'hand_over_next_attempt: 2286-11-20T17:46:39.999Z',
        '',
      ]);
    });

    it('is retried', async () => {
      expect(await sessions('retry', '7')).toMatchObject({ code: 0, err: '' });
      const open = await database.transaction((tx) => tx.handOvers.listOpen(9));
      expect(open.map(({ id, dueAt }) => [id, dueAt < Date.now() + 60_000])).toContainEqual(['7', true]);
    });

    it('is left to the bridge by revoke, unless the bridge is removed permanently', async () => {
      expect(await sessions('revoke', '7', '--yes')).toMatchObject({ code: 7 });
      expect(await open()).toHaveLength(2);
      const abandon = (id: string) => sessions('revoke', id, '--yes', '--without-bridge');
      expect(await abandon('7')).toMatchObject({
        code: 0,
        out: 'Removed 7. The daemon ends its session at Telegram.\n',
      });
      expect((await left()).map(({ state }) => readState(state))).toMatchObject([
        { step: 'over', session: new Secret('a session') },
      ]);
      const { code, out } = await abandon('8');
      expect(code).toBe(0);
      expect(out).toContain('end it in the Telegram app');
      expect(await left()).toHaveLength(1);
      expect(await open()).toEqual([]);
    });
  });

  it('shows one login without its session', async () => {
    await database.transaction(async (tx) => {
      await link(tx, '2', 'gangway');
      await handOver(tx, '2', 'refused', 'no more logins');
    });
    const { code, out } = await sessions('show', '2');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'telegram_user_id: 2',
      `user_id: ${owner}`,
      'logged_in_at: 1970-01-01T00:00:00.002Z',
      'session: here, refused by the bridge: no more logins',
      'held_by: gangway',
      'hand_over: refused',
      'hand_over_reason: no more logins',
      'hand_over_attempts: 1',
      '',
    ]);
    expect(await sessions('show', '1')).toMatchObject({ code: 7, out: '', err: expect.stringContaining('No user') });
  });

  describe('export', () => {
    const key = Buffer.alloc(256, 3);
    const stored = () => database.transaction((tx) => tx.sessionLeases.find('1'));
    const exportIt = (...args: readonly string[]) => sessions('export', '1', '--format', 'mautrix', ...args);
    const printed = `${JSON.stringify({ auth_key: key.toString('base64'), dc_id: 2, server_address: '149.154.167.51:443' })}\n`;

    beforeEach(() =>
      database.transaction(async (tx) => {
        const user = { username: null, firstName: 'Any', lastName: null, phone: null, isBot: false };
        await tx.telegramAccounts.insert({
          id: '1',
          owner,
          telegramUserId: '1',
          session: writeGramjsSession({
            dcId: 2,
            authKey: new Secret(key.toString('base64')),
            address: '149.154.167.51',
            port: 443,
          }),
          profile: writeUser({ id: '1' as TelegramUserId, ...user }),
          heldBy: 'gangway',
          createdAt: 0,
          updatedAt: 0,
        });
      }),
    );

    it('prints nothing unless it is confirmed', async () => {
      expect(await exportIt()).toMatchObject({ code: 7, out: '', err: expect.stringContaining('--yes') });
      expect(await stored()).toBeUndefined();
    });

    it('prints the session once if no daemon runs', async () => {
      expect(await exportIt('--yes')).toEqual({ code: 0, out: printed, err: '' });
      expect(await stored()).toBeUndefined();
      expect(await sessions('list')).toMatchObject({ out: `1 ${owner} exported\n` });
      expect(await exportIt('--yes')).toMatchObject({ code: 7, out: '', err: expect.stringContaining('before') });
    });

    it('prints the session of an interrupted export', async () => {
      await createSessionExports({ database, clock: systemClock, random: systemRandom }).take('1');
      expect(await sessions('list')).toMatchObject({ out: `1 ${owner} exported, not printed yet\n` });
      expect(await exportIt('--yes')).toMatchObject({ code: 0, out: printed });
    });

    it('prints no session of a transfer that is not finished', async () => {
      await createSessionTransfers({
        database,
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        writeSession: (session) => session,
        closeConnection: () => Promise.resolve(),
      }).init(owner, '1');
      expect(await sessions('list')).toMatchObject({ out: `1 ${owner} in a transfer that is not finished\n` });
      expect(await exportIt('--yes')).toMatchObject({ code: 7, out: '', err: expect.stringContaining('transfer') });
      expect(await stored()).toMatchObject({ state: 'exported' });
    });

    it('waits for a running daemon, also if the caller claims that none runs', async () => {
      const lock = await claimForDaemon(join(workspace.folder, 'gangway.db'));
      const exporting = exportIt('--yes', '--stopped');
      await until(async () => (await stored())?.state === 'export_requested');
      const closeConnection = () => Promise.resolve();
      await createExportSweep({ database, closeConnection, clock: systemClock })();
      expect(await exporting).toEqual({ code: 0, out: printed, err: '' });
      await lock.release();
    });
  });

  it('prints abandoned events', async () => {
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
