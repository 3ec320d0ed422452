import { spawn, type ChildProcess, type SpawnOptionsWithStdioTuple } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { openTestDatabase } from './database.js';
import { runCommand } from './ran-command.js';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** A response of the daemon. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  readonly text: string;
}

/** An installation of Gangway whose daemon need not be a process of its own. */
export type ServingInstallation = Omit<Installation, 'kill' | 'stop' | 'pid' | 'start'> & { start(): Promise<void> };

/**
 * An installation of Gangway: a folder with its configuration and database, and the built daemon as
 * a child process.
 */
export interface Installation {
  readonly folder: string;
  readonly sharedSecret: string;
  readonly encryptionKey: string;
  /**
   * Starts the daemon and resolves when it listens. Its system time is ahead by `aheadMs`, 0 by
   * default.
   */
  start(aheadMs?: number): Promise<void>;
  /** SIGKILL: nothing can be saved. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** The process of the daemon; undefined if it was never started. */
  pid(): number | undefined;
  /** The base URL of the daemon, without a slash at the end. */
  url(): string;
  /** Sends a request to any path, with a token if one is given. */
  request(method: 'GET' | 'POST', path: string, body?: unknown, token?: string): Promise<Answer>;
  /**
   * Sends a request to the provisioning API, below its prefix; with the shared secret unless a
   * token is given.
   */
  call(method: 'GET' | 'POST', path: string, body?: unknown, token?: string): Promise<Answer>;
  /** POST /login/{mxid}/{step} */
  login(
    mxid: string,
    step: 'request_code' | 'send_code' | 'send_password' | 'bot_token',
    body: unknown,
  ): Promise<Answer>;
  getMe(mxid: string): Promise<Answer>;
  /** The status of GET /_matrix/mau/{name}. */
  probe(name: 'live' | 'ready'): Promise<number>;
  /**
   * Runs another command of the program on this configuration. Returns its exit code and output.
   */
  command(...args: readonly string[]): Promise<{ readonly code: number | null; readonly printed: string }>;
  /** Creates an account with `gangway user add`, run in the process of the tests. */
  addUser(mxid: string, password: string): Promise<void>;
  /** The database of the installation, opened beside the daemon. The caller closes it. */
  openDatabase(): Promise<Database>;
  /** Everything that the daemon has printed in all its runs. */
  output(): string;
  /**
   * Everything that a running daemon has printed, all requests that it has answered included: their
   * lines come up to 100 ms late.
   */
  wholeOutput(): Promise<string>;
  /**
   * Resolves when the daemon has printed a line with that text, or immediately if it already has.
   */
  line(text: string): Promise<void>;
  /** The bytes of every file in the folder except the configuration and the signing key. */
  filesWritten(): Promise<Buffer>;
  /** Kills the daemon if it still runs, and deletes the folder. */
  remove(): Promise<void>;
}

const testEngine = process.env['GANGWAY_TEST_ENGINE'];

/** Returns the environment for the built program, which rejects variables that resemble its own. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const { GANGWAY_TEST_ENGINE: _, ...environment } = process.env;
  return environment;
}

function childOptions(aheadMs = 0): SpawnOptionsWithStdioTuple<'ignore', 'pipe', 'pipe'> {
  const environment = programEnvironment();
  const { NODE_OPTIONS: given = '' } = environment;
  const shift = `const{now}=Date;Date.now=()=>now()+${aheadMs}`;
  const shifted = { NODE_OPTIONS: `${given} --import=data:text/javascript,${encodeURIComponent(shift)}` };
  return { stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment, ...(aheadMs === 0 ? {} : shifted) } };
}

/** Sections of the configuration that differ from those of an ordinary installation. */
export type ConfigOverrides = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The parts of a sandbox that a configuration names. */
export type Network = Pick<Sandbox, 'dataCentres' | 'publicKeyPem'>;

/**
 * Creates an installation that uses the sandbox. All users of example.test may log in. Without
 * homeserver.address it keeps the accounts itself.
 */
export function install(sandbox: Network, overrides: ConfigOverrides = {}): Promise<Installation> {
  return createInstallation(sandbox, overrides);
}

/** What an installation offers to the function that starts its daemon. */
export interface InstallationParts {
  /** Adds text to the output of the daemon. */
  readonly print: (text: string) => void;
  readonly setUrl: (url: string) => void;
}

/** Creates an installation whose daemon may also be started by other means. */
export async function createInstallation(
  sandbox: Network,
  overrides: ConfigOverrides,
): Promise<Installation & InstallationParts> {
  const folder = await mkdtemp(join(tmpdir(), 'gangway-e2e-'));
  const sharedSecret = randomBytes(24).toString('base64url');
  const encryptionKey = randomBytes(32).toString('base64');
  const configFile = join(folder, 'config.yaml');
  const ordinary: ConfigOverrides = {
    homeserver: { domain: 'example.test' },
    accounts: { mode: overrides['homeserver']?.['address'] === undefined ? 'embedded' : 'relay' },
    http: { port: 0 },
    provisioning: { shared_secret: sharedSecret },
    database: { uri: 'sqlite:gangway.db' },
    telegram: {
      engine: testEngine ?? 'gramjs',
      api_id: 4242,
      api_hash: randomBytes(16).toString('hex'),
      data_centres: sandbox.dataCentres,
      public_keys: ['sandbox.pem'],
      // Long enough for a busy machine, and shorter than the timeout of a test.
      connection: { connect_timeout_seconds: 15, call_timeout_seconds: 10 },
    },
    bridge: { permissions: { 'example.test': 'full' } },
    encryption: { key: encryptionKey },
    // Secrets are searched in it too.
    logging: { level: 'debug', format: 'json', audit: { output: 'file' } },
  };
  const sections = new Set([...Object.keys(ordinary), ...Object.keys(overrides)]);
  const config = Object.fromEntries([...sections].map((name) => [name, { ...ordinary[name], ...overrides[name] }]));
  await writeFile(join(folder, 'sandbox.pem'), sandbox.publicKeyPem);
  await writeFile(configFile, stringify(config, { aliasDuplicateObjects: false }), { mode: 0o600 });

  let child: ChildProcess | undefined;
  let base = '';
  let printed = '';
  const looks = new Set<() => void>();

  const print = (text: string) => {
    printed += text;
    for (const look of looks) look();
  };

  const line: Installation['line'] = (text) =>
    new Promise((resolve) => {
      const look = () => {
        if (!printed.includes(text)) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
    });

  const exited = async (process: ChildProcess): Promise<number | null> => {
    if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    return process.exitCode;
  };

  const request = async (method: 'GET' | 'POST', path: string, body?: unknown, token?: string): Promise<Answer> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text), headers: response.headers, text };
  };

  const call: Installation['call'] = (method, path, body, token = sharedSecret) =>
    request(method, `/_matrix/provision${path}`, body, token);

  const command: Installation['command'] = async (...args) => {
    const run = spawn(process.execPath, [main, ...args, '-c', configFile], childOptions());
    let all = '';
    for (const stream of [run.stdout, run.stderr]) stream.on('data', (chunk: Buffer) => (all += chunk.toString()));
    await once(run, 'close');
    return { code: run.exitCode, printed: all };
  };

  return {
    folder,
    sharedSecret,
    encryptionKey,
    print,
    setUrl(url) {
      base = url;
    },
    pid: () => child?.pid,
    url: () => base,
    request,
    call,
    command,

    async addUser(mxid, password) {
      const file = join(folder, 'password');
      await writeFile(file, `${password}\n`, { mode: 0o600 });
      const { code, out, err } = await runCommand(folder, ['user', 'add', mxid, '--password-file', file]);
      await rm(file);
      if (code !== 0) throw new Error(`gangway user add ended with ${code}: ${out}${err}`);
    },

    openDatabase: () =>
      openTestDatabase({
        uri: new Secret(`sqlite:${join(folder, 'gangway.db')}`),
        encryption: { key: new Secret(encryptionKey), oldKeys: [] },
      }),

    login: (mxid, step, body) => call('POST', `/login/${encodeURIComponent(mxid)}/${step}`, body),
    getMe: (mxid) => call('GET', `/${encodeURIComponent(mxid)}/get_me`),
    probe: async (name) => (await fetch(`${base}/_matrix/mau/${name}`)).status,
    output: () => printed,

    line,
    async wholeOutput() {
      const { headers } = await fetch(`${base}/_matrix/client/versions`);
      await line(`"requestId":"${headers.get('x-request-id')}"`);
      return printed;
    },

    start(aheadMs) {
      const started = spawn(process.execPath, [main, 'run', '-c', configFile], childOptions(aheadMs));
      child = started;
      started.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      return new Promise((resolve, reject) => {
        started.once('exit', (code) => reject(new Error(`the daemon ended with ${code}:\n${printed}`)));
        createInterface(started.stdout).on('line', (line) => {
          print(`${line}\n`);
          const port = /"message":"listening".*"port":(\d+)/.exec(line)?.[1];
          if (!port) return;
          base = `http://127.0.0.1:${port}`;
          resolve();
        });
      });
    },

    async kill() {
      if (!child) throw new Error('the daemon was not started');
      child.kill('SIGKILL');
      await exited(child);
    },

    async stop() {
      if (!child) throw new Error('the daemon was not started');
      child.kill('SIGTERM');
      return exited(child);
    },

    async filesWritten() {
      const names = (await readdir(folder)).filter(
        (name) => !['config.yaml', 'sandbox.pem', 'identity-signing.key'].includes(name),
      );
      return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
    },

    async remove() {
      if (child) {
        child.kill('SIGKILL');
        await exited(child);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
