import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { freePort } from './free-port.js';
import { testFolder } from './migrated-databases.js';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * The server on which the tests create their databases; null if there is no PostgreSQL server.
     */
    postgresUri: string | null;
  }
}

const run = promisify(execFile);
const password = 'only for tests';

/**
 * Provides the tests with a PostgreSQL server: the server that GANGWAY_TEST_POSTGRES_URI names, or
 * a new one for this run from the programs on this machine. Without either, the tests that need it
 * are skipped, or fail if GANGWAY_REQUIRE_POSTGRES=1.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['GANGWAY_TEST_POSTGRES_URI'];
  if (given) {
    project.provide('postgresUri', given);
    return undefined;
  }
  const server = await startPostgresServer(testFolder(), forTests);
  if (!server) {
    if (process.env['GANGWAY_REQUIRE_POSTGRES'] === '1') throw new Error('no PostgreSQL server found');
    console.warn('Tests on PostgreSQL are skipped: no PostgreSQL server found.');
    project.provide('postgresUri', null);
    return undefined;
  }
  project.provide('postgresUri', server.uri);
  return () => server.stop();
}

/** These may lose data when the machine stops. */
const forTests = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** A PostgreSQL server on loopback, whose user may create databases. */
export interface PostgresServer {
  readonly uri: string;
  /** Stops it as `pg_ctl restart` does (mode fast), and starts it on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server from the programs on this machine, with its data in a new folder below `parent`.
 * Returns undefined if there are none.
 */
export async function startPostgresServer(
  parent: string,
  settings: readonly string[] = [],
): Promise<PostgresServer | undefined> {
  const programs = await findPrograms();
  return programs === undefined ? undefined : start(programs, parent, settings);
}

/** The folder of initdb and postgres. */
async function findPrograms(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? (await readdir(debian)).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  // initdb requires postgres in its own folder.
  return folders.find(
    (folder) => folder !== '' && ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
  );
}

async function start(programs: string, parent: string, others: readonly string[]): Promise<PostgresServer> {
  const folder = await mkdtemp(join(parent, 'gangway-postgres-'));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const owner = ordinaryUser();
  await writeFile(passwordFile, password);
  if (owner) await Promise.all([folder, passwordFile].map((path) => chown(path, owner.uid, owner.gid)));
  const options = { cwd: folder, ...owner };
  // Tests open a thousand connections, and SCRAM hashes the password 4096 times for each of them.
  await run(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'tests', '-A', 'md5', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '--no-sync'],
    options,
  );
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=32MB',
    ...others,
  ];
  const launch = () =>
    spawn(
      join(programs, 'postgres'),
      ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
  let server = launch();
  const end = async (signal: 'SIGQUIT' | 'SIGINT') => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };
  const killWithUs = () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killWithUs);
  const stop = async () => {
    process.off('exit', killWithUs);
    await end('SIGQUIT');
    await rm(folder, { recursive: true, force: true });
  };
  const restart = async () => {
    await end('SIGINT');
    server = launch();
    await ready(server);
  };
  try {
    await ready(server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { uri: `postgres://tests:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`, restart, stop };
}

/** PostgreSQL refuses to run as root: then it runs as another user of this machine. */
function ordinaryUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody'].map((name) => users.find(([found]) => found === name)).find(Boolean);
  if (!user) {
    throw new Error('PostgreSQL refuses to run as root, and there is no user postgres or nobody');
  }
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-10_000);
      if (log.includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });
}
