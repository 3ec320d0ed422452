import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import { createSqliteDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { mountMissing, mountSmallDisk } from '../support/small-disk.js';
import { asOrdinaryUser } from '../support/unprivileged.js';

let testDatabase: Awaited<ReturnType<typeof createSqliteDatabase>>;
let folder: string;
let lockPath: string;
let opened: Database[];
let cleanUps: (() => void)[];

beforeEach(async () => {
  testDatabase = await createSqliteDatabase();
  folder = dirname(testDatabase.path);
  lockPath = `${testDatabase.path}-daemon`;
  opened = [];
  cleanUps = [];
});

afterEach(async () => {
  await Promise.all(opened.map((database) => database.close()));
  cleanUps.forEach((cleanUp) => cleanUp());
  await testDatabase.remove();
});

async function openDaemon(path = testDatabase.path, logger = createRecordingLogger()): Promise<Database> {
  const database = await openTestDatabase({ uri: new Secret(`sqlite:${path}`), exclusive: true, logger });
  opened.push(database);
  return database;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => 'nothing went wrong',
    (reason: unknown) => reason,
  );
  if (error instanceof DatabaseFailure) return error.details;
  throw error;
}

/** Like asOrdinaryUser, but the user can enter the folder with any mode of its parent. */
async function inOwnFolder<T>(files: readonly string[], work: () => Promise<T>): Promise<T> {
  const above = dirname(folder);
  const { mode } = statSync(above);
  if (process.geteuid?.() === 0) chmodSync(above, mode | 0o011);
  return asOrdinaryUser(files, work);
}

const write = (database: Database) => database.transaction((tx) => tx.floodWaits.save('subject', 1));

describe('the claim of a daemon on a SQLite database', () => {
  it('excludes a second daemon that uses a symbolic link to the file or to its folder', async () => {
    await openDaemon();
    symlinkSync(testDatabase.path, join(folder, 'link.db'));
    symlinkSync(folder, join(folder, 'link'));
    const inUse = { kind: 'in_use', path: testDatabase.path };
    expect(await failureOf(openDaemon(join(folder, 'link.db')))).toEqual(inUse);
    expect(await failureOf(openDaemon(join(folder, 'link', 'test.db')))).toEqual(inUse);
  });

  it('is refused for a file with a second name, for daemons and for other commands', async () => {
    await (await openTestDatabase({ uri: testDatabase.uri })).close();
    linkSync(testDatabase.path, join(folder, 'second.db'));
    const linked = { kind: 'file_linked', path: testDatabase.path };
    expect(await failureOf(openDaemon())).toEqual(linked);
    expect(await failureOf(openTestDatabase({ uri: testDatabase.uri }))).toEqual(linked);
  });

  it('succeeds for exactly one of several daemons that start at once', async () => {
    const starts = await Promise.allSettled(Array.from({ length: 6 }, () => openDaemon()));
    const refused = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason as unknown] : []));
    expect(refused).toHaveLength(5);
    for (const reason of refused) expect(reason).toMatchObject({ details: { kind: 'in_use' } });
  });

  it('lets other commands use the database', async () => {
    const daemon = await openDaemon();
    const tool = await openTestDatabase({ uri: testDatabase.uri });
    await write(tool);
    await tool.close();
    await write(daemon);
    expect(await failureOf(openDaemon())).toMatchObject({ kind: 'in_use' });
  });

  it('creates every file for its owner only, and corrects a lock file of an earlier version', async () => {
    writeFileSync(lockPath, '');
    chmodSync(lockPath, 0o644);
    await write(await openDaemon());
    const files = readdirSync(folder);
    expect(files.toSorted()).toEqual(['test.db', 'test.db-daemon', 'test.db-shm', 'test.db-wal']);
    expect(files.map((file) => statSync(join(folder, file)).mode & 0o777)).toEqual(files.map(() => 0o600));
  });

  it('logs that other users can read an existing database file', async () => {
    writeFileSync(testDatabase.path, '');
    chmodSync(testDatabase.path, 0o640);
    const logger = createRecordingLogger();
    await openDaemon(testDatabase.path, logger);
    expect(await logger.line('database file accessible to other users')).toMatchObject({
      level: 'warn',
      fields: { path: testDatabase.path, mode: '640' },
    });
  });

  const unusable: readonly (readonly [what: string, prepare: () => void, reason: string])[] = [
    ['may not be written', () => (writeFileSync(lockPath, ''), chmodSync(lockPath, 0o444)), 'not_permitted'],
    ['may not be read', () => (writeFileSync(lockPath, ''), chmodSync(lockPath, 0o000)), 'unopenable'],
    ['is something else', () => writeFileSync(lockPath, 'Dear diary, '.repeat(100)), 'not_sqlite'],
    ['is a folder', () => mkdirSync(lockPath), 'unopenable'],
  ];
  it.each(unusable)('is refused with the reason if the lock file %s', async (_, prepare, reason) => {
    await (await openTestDatabase({ uri: testDatabase.uri })).close();
    prepare();
    // The lock file stays root's, so that its owner cannot change the mode.
    const failure = await inOwnFolder([folder, testDatabase.path], () => failureOf(openDaemon()));
    expect(failure).toEqual({ kind: 'lock_unusable', path: lockPath, reason });
  });

  it('works for an ordinary user, and is refused if that user may not write to the folder', async () => {
    await inOwnFolder([folder], async () => {
      await write(await openDaemon());
      await opened.pop()?.close();
      await chmod(folder, 0o500);
      expect(await failureOf(openDaemon())).toEqual({
        kind: 'file_unusable',
        path: testDatabase.path,
        reason: 'not_permitted',
      });
      await chmod(folder, 0o700);
    });
  });

  it('is refused as not permitted, and not as missing, if that user may not enter the folder', async () => {
    await inOwnFolder([folder], async () => {
      await chmod(folder, 0o000);
      const inside = join(folder, 'deeper', 'test.db');
      expect(await failureOf(openDaemon(inside))).toEqual({
        kind: 'file_unusable',
        path: inside,
        reason: 'not_permitted',
      });
      await chmod(folder, 0o700);
    });
  });

  it.each([
    ['database', () => testDatabase.path],
    ['lock file', () => lockPath],
  ] as const)('ends all work once the %s is moved, deleted or replaced', async (_, pathOf) => {
    const path = pathOf();
    const daemon = await openDaemon();
    await write(daemon);
    const replaced = { kind: 'file_replaced', path };
    renameSync(path, `${path}.moved`);
    expect(await failureOf(write(daemon))).toEqual(replaced);
    expect(await failureOf(daemon.probe())).toEqual(replaced);
    writeFileSync(path, '');
    expect(await failureOf(write(daemon))).toEqual(replaced);
    rmSync(path);
    expect(await failureOf(write(daemon))).toEqual(replaced);
    renameSync(`${path}.moved`, path);
    await write(daemon);
  });
});

describe('a probe of a SQLite database', () => {
  it('succeeds and leaves nothing behind', async () => {
    const daemon = await openDaemon();
    await daemon.probe();
    await daemon.probe();
    expect(await testDatabase.execute('SELECT * FROM flood_waits')).toEqual([]);
    await write(daemon);
  });

  it.each([
    ['not_sqlite', (path: string) => writeFileSync(path, 'Dear diary, '.repeat(10_000))],
    ['damaged', (path: string) => truncateSync(path, 4_096)],
  ] as const)('fails as %s if the file is overwritten while it is open', async (reason, spoil) => {
    const daemon = await openDaemon();
    await write(daemon);
    // So that nothing of it is read from the log.
    await testDatabase.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    spoil(testDatabase.path);
    expect(await failureOf(daemon.probe())).toEqual({ kind: 'file_unusable', path: testDatabase.path, reason });
  });

  it('fails as busy while another program blocks writes', async () => {
    const { openSqlite } = await import('../../src/database/sqlite.js');
    await (await openTestDatabase({ uri: testDatabase.uri })).close();
    const target = { kind: 'sqlite', path: testDatabase.path, inMemory: false } as const;
    const backend = await openSqlite(target, { busyTimeoutMs: 5, exclusive: true, logger: createRecordingLogger() });
    const other = await testDatabase.connect();
    await other.query('BEGIN IMMEDIATE');
    expect(await failureOf(backend.probe().catch((error: unknown) => Promise.reject(backend.explain(error))))).toEqual({
      kind: 'busy',
    });
    await other.destroy();
    await backend.close();
  });
});

describe.skipIf(mountMissing)(`on a file system of its own ${mountMissing ?? ''}`, () => {
  const mount = (options: string) => {
    const disk = mountSmallDisk(options);
    cleanUps.push(() => disk.remove());
    return join(disk.folder, 'test.db');
  };
  const fill = (path: string) => {
    try {
      writeFileSync(join(dirname(path), 'rest'), Buffer.alloc(8_000_000));
    } catch {
      // This is its purpose.
    }
  };

  it('a probe fails if the disk is full, as transactions do, and succeeds when there is space again', async () => {
    const path = mount('size=4m');
    const daemon = await openDaemon(path);
    await daemon.probe();
    fill(path);
    const many = () =>
      daemon.transaction(async (tx) => {
        for (let index = 0; index < 3_000; index += 1) await tx.floodWaits.save(`subject ${index}`, index);
      });
    // If the index of the log does not fit, SQLite reports an input or output error.
    const full = { kind: 'file_unusable', path, reason: expect.stringMatching(/^(disk_full|io_error)$/) };
    expect(await failureOf(many())).toEqual(full);
    expect(await failureOf(daemon.probe())).toEqual(full);
    rmSync(join(dirname(path), 'rest'));
    await daemon.probe();
  });

  it('a database cannot be created on a full disk, and the reason is not another daemon', async () => {
    const path = mount('size=64k');
    fill(path);
    expect(await failureOf(openDaemon(path))).toMatchObject({ kind: 'file_unusable', path, reason: 'disk_full' });
  });

  it('a lock file cannot be created if there is no space for another file', async () => {
    const path = mount('nr_inodes=2');
    writeFileSync(path, '');
    expect(await failureOf(openDaemon(path))).toEqual({
      kind: 'lock_unusable',
      path: `${path}-daemon`,
      reason: 'disk_full',
    });
  });

  it('a file that is mounted without its folder is refused', async () => {
    const path = mount('size=1m');
    writeFileSync(path, '');
    const target = join(folder, 'mounted here.db');
    writeFileSync(target, '');
    execFileSync('mount', ['--bind', path, target]);
    cleanUps.unshift(() => execFileSync('umount', [target]));
    expect(await failureOf(openDaemon(target))).toEqual({ kind: 'file_mounted', path: target });
  });
});
