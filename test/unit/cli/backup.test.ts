import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import type { Database } from '../../../src/database/database.js';
import { openTestDatabase } from '../../support/database.js';
import { createWorkplace, runCommand, type CliWorkspace } from '../../support/ran-command.js';
import { createMigratedSqlite } from '../../support/test-database.js';

const encryption = { key: new Secret(Buffer.alloc(32, 7).toString('base64')), oldKeys: [] };
const owner = '@alice:users.test' as Mxid;
let workspace: CliWorkspace;
let daemon: Database;

const at = (...path: readonly string[]) => join(workspace.folder, ...path);
const open = (name: string, exclusive = false) =>
  openTestDatabase({ uri: new Secret(`sqlite:${at(name)}`), encryption, exclusive });
const write = (index: number) =>
  daemon.transaction((tx) =>
    tx.loginProcesses.save({ id: `p${index}`, owner, state: new Secret('any'), createdAt: index, expiresAt: 9e12 }),
  );

function configure(uri: string): void {
  const config = {
    homeserver: { domain: 'users.test' },
    accounts: { mode: 'off' },
    provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
    telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
    bridge: { permissions: { 'users.test': 'user' } },
    database: { uri },
    encryption: { key: encryption.key.reveal() },
  };
  writeFileSync(at('config.yaml'), JSON.stringify(config), { mode: 0o600 });
}

beforeEach(async () => {
  workspace = createWorkplace();
  configure('sqlite:live.db');
  daemon = await open('live.db', true);
  await write(0);
});

afterEach(async () => {
  await daemon.close();
  workspace.remove();
});

describe('gangway backup', () => {
  it('writes a copy that opens, readable by its owner only, while the daemon writes', async () => {
    const over = new AbortController();
    const writing = (async () => {
      for (let index = 1; !over.signal.aborted; index += 1) await write(index);
    })();
    const { code, out, err } = await workspace.run(['backup', 'copy.db']);
    over.abort();
    await writing;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Wrote and checked');
    expect(statSync(at('copy.db')).mode & 0o777).toBe(0o600);
    expect(readdirSync(workspace.folder).filter((name) => name.includes('copy'))).toEqual(['copy.db']);
    const copy = await open('copy.db');
    const [stored, live] = await Promise.all(
      [copy, daemon].map((database) => database.read((readers) => readers.loginProcesses.listByOwner(owner, 0))),
    );
    await copy.close();
    // Transactions are whole, and none is missing before another.
    const ids = (stored ?? []).map(({ createdAt }) => createdAt).toSorted((one, other) => one - other);
    expect(ids).toEqual([...ids.keys()]);
    expect(ids.length).toBeGreaterThan(0);
    expect(live?.length).toBeGreaterThanOrEqual(ids.length);
  });

  it.each<[string, string, string, () => void]>([
    ['an existing file', 'old.db', 'it exists already', () => writeFileSync(at('old.db'), 'earlier backup')],
    ['a folder', 'folder', 'it is a folder', () => mkdirSync(at('folder'))],
    ['a missing folder', 'none/copy.db', 'its folder does not exist', () => undefined],
    [
      'the partial copy of a backup that was killed',
      'new.db',
      'another backup is writing',
      () => writeFileSync(at('new.db.partial'), ''),
    ],
    ['the database itself', 'live.db', 'it exists already', () => undefined],
  ])('does not overwrite or create %s', async (_title, file, text, prepare) => {
    prepare();
    const before = readdirSync(workspace.folder);
    const { code, err, out } = await workspace.run(['backup', file]);
    expect({ code, out }).toEqual({ code: 6, out: '' });
    expect(err).toContain(text);
    if (text.startsWith('another')) expect(err).toContain(at('new.db.partial'));
    expect(readdirSync(workspace.folder).toSorted()).toEqual(before.toSorted());
    if (existsSync(at('old.db'))) expect(readFileSync(at('old.db'), 'utf8')).toBe('earlier backup');
  });

  it('refuses a damaged database, and leaves no copy', async () => {
    await daemon.close();
    const bytes = readFileSync(at('live.db'));
    // An index that lacks its entries: page 3 and the following are overwritten in part.
    bytes.fill(0xff, 4096 * 2 + 8, 4096 * 2 + 200);
    writeFileSync(at('live.db'), bytes);
    const { code } = await workspace.run(['backup', 'copy.db']);
    expect(code).not.toBe(0);
    expect(readdirSync(workspace.folder).filter((name) => name.includes('copy'))).toEqual([]);
  });

  it('fails if there is no database', async () => {
    configure('sqlite:none.db');
    const { code } = await workspace.run(['backup', 'copy.db']);
    expect(code).toBe(4);
    expect(existsSync(at('none.db'))).toBe(false);
    expect(existsSync(at('copy.db'))).toBe(false);
  });

  it('names pg_dump for PostgreSQL, without the password', async () => {
    configure('postgres://gangway:hunter2@db.users.test:5433/bridge');
    const { code, err } = await workspace.run(['backup', 'copy.db']);
    expect(code).toBe(6);
    expect(err).toContain('pg_dump --format=custom --host=db.users.test --port=5433 ');
    expect(err).not.toContain('hunter2');
  });

  describe('with a large database', () => {
    let source: Awaited<ReturnType<typeof createMigratedSqlite>>;

    beforeEach(async () => {
      source = await createMigratedSqlite();
      await source.execute(
        `INSERT INTO flood_waits (subject_hash, until) SELECT 'number ' || i, i FROM (
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n) AS numbers`,
      );
      configure(`sqlite:${source.path}`);
    });

    afterEach(() => source.remove());

    it.each([
      ['SIGHUP', 129],
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ])('leaves no file if %s ends it', async (signal, code) => {
      const signals = new EventEmitter();
      // When SQLite writes to the copy.
      const watcher = watch(workspace.folder, (event, name) => {
        if (event === 'change' && name === 'copy.db.partial') signals.emit(signal);
      });
      const ran = await runCommand(workspace.folder, ['backup', 'copy.db'], { signals });
      watcher.close();
      expect(ran).toEqual({
        code,
        out: '',
        err: `Stopped by a signal. The backup ${at('copy.db')} was not written.\n`,
      });
      expect(readdirSync(workspace.folder).filter((name) => name.includes('copy'))).toEqual([]);
      expect(['SIGHUP', 'SIGINT', 'SIGTERM'].map((name) => signals.listenerCount(name))).toEqual([0, 0, 0]);
      expect((await workspace.run(['backup', 'copy.db'])).code).toBe(0);
    });
  });
});
