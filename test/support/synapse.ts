import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

const pythonOfTests = process.env['GANGWAY_TEST_SYNAPSE_PYTHON'];
/** Why the tests on a real Synapse are skipped; undefined if they run. */
export const synapseMissing = pythonOfTests
  ? undefined
  : 'skipped: GANGWAY_TEST_SYNAPSE_PYTHON names no Python with Synapse';

/**
 * Reports once for a run that the tests on Synapse are skipped; throws instead if
 * GANGWAY_REQUIRE_SYNAPSE=1.
 */
export default function tellWhetherSkipped(): void {
  if (synapseMissing === undefined) return;
  if (process.env['GANGWAY_REQUIRE_SYNAPSE'] === '1') {
    throw new Error('GANGWAY_TEST_SYNAPSE_PYTHON must name a Python that has the package matrix-synapse');
  }
  console.warn('Tests on Synapse are skipped: GANGWAY_TEST_SYNAPSE_PYTHON names no Python that has matrix-synapse.');
}

/** The base URL that Synapse puts into `well_known`. */
export const synapsePublicUrl = 'https://synapse.test/';

/** A registered user. */
export interface SynapseUser {
  readonly mxid: string;
  readonly password: string;
}

/** A device in the format of the admin API. */
export interface SynapseDevice {
  readonly device_id: string;
  readonly display_name: string | null;
}

/** A Synapse for one test, on the loopback interface, with a database in its own folder. */
export interface Synapse {
  /** Without a trailing slash. */
  readonly url: string;
  /** The ID of its process. */
  readonly pid: number | undefined;
  /** The path of its SQLite database. */
  readonly databasePath: string;
  readonly serverName: string;
  /** The access token of its administrator. */
  readonly adminAccessToken: string;
  /** Registers a user with a password of its own. */
  register(localpart: string): Promise<SynapseUser>;
  /** Adds an e-mail address or phone number (`msisdn`) to an account, by the admin API. */
  addAddress(mxid: string, medium: 'email' | 'msisdn', address: string): Promise<void>;
  deactivate(mxid: string): Promise<void>;
  devicesOf(mxid: string): Promise<readonly SynapseDevice[]>;
  /**
   * Resolves with the first line of the log that matches, or immediately if it is already written.
   */
  logged(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** Options of a Synapse. */
export interface SynapseOptions {
  readonly serverName?: string;
  /** Keys of homeserver.yaml that are added or replaced. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A PEM file with the certificate authorities that it trusts. */
  readonly authorities?: string;
  /** The Python that has Synapse. */
  readonly python?: string | undefined;
}

/** Starts a Synapse. The caller stops it. */
export async function startSynapse(options: SynapseOptions = {}): Promise<Synapse> {
  const { serverName = 'synapse.test', config = {}, authorities, python = pythonOfTests } = options;
  if (!python) throw new Error(synapseMissing);
  const folder = await mkdtemp(join(tmpdir(), 'gangway-synapse-'));
  const secret = randomBytes(24).toString('base64url');
  const configFile = join(folder, 'homeserver.yaml');
  await writeFile(join(folder, 'signing.key'), `ed25519 a_test ${unpadded(randomBytes(32))}\n`);
  await writeFile(join(folder, 'log.yaml'), stringify(logConfig));
  await writeFile(configFile, stringify({ ...homeserverConfig(folder, serverName, secret), ...config }));

  const child = spawn(python, ['-c', launcher, '-c', configFile], {
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...(authorities === undefined ? {} : { SSL_CERT_FILE: authorities }) },
  });
  const log = followLog(child);
  const killWithUs = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killWithUs);
  const stop = async () => {
    process.off('exit', killWithUs);
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      // It holds nothing that needs an orderly shutdown.
      child.kill('SIGKILL');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };

  try {
    const listening = await log.line(/Synapse now listening on TCP port \d+/);
    const url = `http://127.0.0.1:${/port (\d+)/.exec(listening)?.[1]}`;
    return {
      url,
      pid: child.pid,
      databasePath: databaseOf(folder),
      serverName,
      ...(await administer(url, secret)),
      logged: log.line,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

// It ends with its standard input, and so with this process, however that ends.
const launcher = `
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
runpy.run_module('synapse.app.homeserver', run_name='__main__', alter_sys=True)
`;

type Administration = Pick<Synapse, 'adminAccessToken' | 'register' | 'addAddress' | 'deactivate' | 'devicesOf'>;

async function administer(url: string, secret: string): Promise<Administration> {
  const registerUser = async (localpart: string, password: string, admin: boolean) => {
    const path = '/_synapse/admin/v1/register';
    const { nonce } = await call(url, 'GET', path);
    const parts = [String(nonce), localpart, password, admin ? 'admin' : 'notadmin'];
    const mac = createHmac('sha1', secret).update(parts.join('\0')).digest('hex');
    return call(url, 'POST', path, { nonce, username: localpart, password, admin, mac });
  };
  const { access_token: token } = await registerUser('administrator', randomBytes(12).toString('hex'), true);
  const asAdmin = (method: string, path: string, body?: unknown) =>
    call(url, method, `/_synapse/admin${path}`, body, String(token));
  const userPath = (mxid: string) => `/v2/users/${encodeURIComponent(mxid)}`;

  return {
    adminAccessToken: String(token),
    async register(localpart) {
      const password = randomBytes(12).toString('hex');
      const { user_id: mxid, device_id: device } = await registerUser(localpart, password, false);
      // Registering has logged the user in: tests begin without devices.
      await asAdmin('DELETE', `${userPath(String(mxid))}/devices/${String(device)}`);
      return { mxid: String(mxid), password };
    },
    async addAddress(mxid, medium, address) {
      await asAdmin('PUT', userPath(mxid), { threepids: [{ medium, address }] });
    },
    async deactivate(mxid) {
      await asAdmin('POST', `/v1/deactivate/${encodeURIComponent(mxid)}`, {});
    },
    async devicesOf(mxid) {
      const { devices } = await asAdmin('GET', `${userPath(mxid)}/devices`);
      return devices as readonly SynapseDevice[];
    },
  };
}

async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

function homeserverConfig(folder: string, serverName: string, secret: string): Readonly<Record<string, unknown>> {
  const unlimited = { per_second: 10_000, burst_count: 10_000 };
  return {
    server_name: serverName,
    public_baseurl: synapsePublicUrl,
    serve_server_wellknown: false,
    pid_file: join(folder, 'synapse.pid'),
    signing_key_path: join(folder, 'signing.key'),
    media_store_path: join(folder, 'media'),
    log_config: join(folder, 'log.yaml'),
    database: { name: 'sqlite3', args: { database: databaseOf(folder) } },
    listeners: [
      {
        // The system selects the port; the log shows it.
        port: 0,
        type: 'http',
        bind_addresses: ['127.0.0.1'],
        x_forwarded: true,
        resources: [{ names: ['client', 'federation'] }],
      },
    ],
    report_stats: false,
    trusted_key_servers: [],
    registration_shared_secret: secret,
    refreshable_access_token_lifetime: '5m',
    refresh_token_lifetime: '24h',
    login_via_existing_session: { enabled: true, require_ui_auth: true, token_timeout: '5m' },
    bcrypt_rounds: 4,
    rc_login: { address: unlimited, account: unlimited, failed_attempts: unlimited },
    rc_message: unlimited,
    rc_registration: unlimited,
  };
}

function databaseOf(folder: string): string {
  return join(folder, 'homeserver.db');
}

const logConfig = {
  version: 1,
  disable_existing_loggers: false,
  formatters: { plain: { format: '%(name)s %(levelname)s %(message)s' } },
  handlers: { stderr: { class: 'logging.StreamHandler', formatter: 'plain', stream: 'ext://sys.stderr' } },
  root: { level: 'INFO', handlers: ['stderr'] },
};

function followLog(child: ChildProcess): { readonly line: (pattern: RegExp) => Promise<string> } {
  let written = '';
  const watchers = new Set<() => void>();
  let problem: string | undefined;
  const tell = () => watchers.forEach((watch) => watch());
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written += text;
    tell();
  });
  const ended = (why: string) => {
    problem = why;
    tell();
  };
  child.once('error', (error) => ended(error.message));
  child.once('exit', () => ended('Synapse has ended'));

  return {
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const found = written.split('\n').find((line) => pattern.test(line));
          if (found === undefined && problem === undefined) return;
          watchers.delete(watch);
          if (found === undefined) reject(new Error(`${problem}:\n${written.slice(-5000)}`));
          else resolve(found);
        };
        watchers.add(watch);
        watch();
      }),
  };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
