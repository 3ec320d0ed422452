import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { lookupHash } from '../src/identity/lookup-hash.js';
import type { PublishedAddresses } from './identity-daemon.js';
import { installPeer } from './peer-packages.js';

/** A Sydent on the loopback interface, with a SQLite database in a folder of its own. */
export interface Sydent {
  /** Without a trailing slash. */
  readonly url: string;
  readonly pid: number | undefined;
  /** Inserts so many users with a published e-mail address each into the database. */
  publish(count: number): Promise<PublishedAddresses>;
  stop(): Promise<void>;
}

const token = 'a-token-of-sydent';

/** Installs and starts Sydent. */
export async function startSydent(): Promise<Sydent> {
  const python = installPeer('sydent');
  const folder = await mkdtemp(join(tmpdir(), 'gangway-sydent-'));
  const configFile = join(folder, 'sydent.conf');
  const databaseFile = join(folder, 'sydent.db');
  await writeFile(configFile, config(folder, databaseFile));
  const child = spawn(python, ['-m', 'sydent.sydent'], {
    cwd: folder,
    env: { ...process.env, SYDENT_CONF: configFile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killWithUs = () => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const stop = async () => {
    process.off('exit', killWithUs);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = await listeningPort(child);
    return {
      url: `http://127.0.0.1:${port}`,
      pid: child.pid,
      publish: (count) => publish(databaseFile, count),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function config(folder: string, databaseFile: string): string {
  return `[DEFAULT]
[general]
server.name = id.example.test
pidfile.path = ${join(folder, 'sydent.pid')}
address_lookup_limit = 10000
[db]
db.file = ${databaseFile}
[http]
clientapi.http.bind_address = 127.0.0.1
clientapi.http.port = 0
internalapi.http.port =
replication.https.certfile =
[email]
[sms]
[crypto]
`;
}

function listeningPort(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Sydent exited with ${code}: ${log}`)));
    // Reading goes on after that, since Sydent logs each request.
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (log.length < 10_000) log += text;
      const port = /Site starting on (\d+)/.exec(log)?.[1];
      if (port !== undefined) resolve(port);
    });
  });
}

async function publish(file: string, count: number): Promise<PublishedAddresses> {
  const database = new sqlite3.Database(file);
  const run = (sql: string, parameters: readonly unknown[] = []) =>
    new Promise<void>((resolve, reject) => {
      database.run(sql, parameters, (error) => (error ? reject(error) : resolve()));
    });
  const pepper = await new Promise<string>((resolve, reject) => {
    database.get<{ lookup_pepper: string }>('SELECT lookup_pepper FROM hashing_metadata', (error, row) =>
      error ? reject(error) : resolve(row?.lookup_pepper ?? ''),
    );
  });
  const hashes = Array.from({ length: count }, (_, index) =>
    lookupHash({ medium: 'email', address: `user${index}@mail.example.test` }, pepper),
  );
  await run('BEGIN');
  await run('INSERT INTO accounts (user_id, created_ts) VALUES (?, 0)', ['@alice:example.test']);
  await run('INSERT INTO tokens (token, user_id) VALUES (?, ?)', [token, '@alice:example.test']);
  for (const [index, hash] of hashes.entries()) {
    await run(
      `INSERT INTO global_threepid_associations
         (medium, address, lookup_hash, mxid, ts, notBefore, notAfter, originServer, originId, sgAssoc)
       VALUES ('email', ?, ?, ?, 0, 0, 4102444800000, 'id.example.test', ?, '{}')`,
      [`user${index}@mail.example.test`, hash, `@user${index}.mail.example.test:example.test`, index + 1],
    );
  }
  await run('COMMIT');
  await new Promise<void>((resolve) => database.close(() => resolve()));
  return { token, pepper, hashes };
}
