import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { startSocksServer } from './socks-server.js';
import { startSynapse, synapseMissing } from './synapse.js';

const program = process.env['GANGWAY_TEST_MAUTRIX_TELEGRAM'];
/** Why the tests on the real bridge are skipped; undefined if they run. */
export const mautrixMissing = program ? synapseMissing : 'GANGWAY_TEST_MAUTRIX_TELEGRAM names no mautrix-telegram';

/** An unmodified mautrix-telegram beside a Synapse. Its Telegram is the sandbox. */
export interface MautrixTelegram {
  readonly url: string;
  readonly sharedSecret: string;
  readonly serverName: string;
  /** The file of its SQLite database. */
  readonly databaseFile: string;
  stop(): Promise<void>;
}

/** The data centre that has a public address of Telegram. */
function dataCentreAt(ip: string): number {
  if (ip === '149.154.175.100') return 3;
  return ip.startsWith('149.154.167.') ? 2 : 1;
}

/**
 * Starts both. The caller stops them. It reaches the sandbox through a SOCKS proxy that maps
 * Telegram's addresses.
 */
export async function startMautrixTelegram(sandbox: Sandbox): Promise<MautrixTelegram> {
  if (!program) throw new Error(mautrixMissing);
  const folder = await mkdtemp(join(tmpdir(), 'gangway-mautrix-'));
  const serverName = 'example.test';
  const sharedSecret = randomBytes(24).toString('base64url');
  const tokens = { as_token: randomBytes(24).toString('hex'), hs_token: randomBytes(24).toString('hex') };
  const url = `http://127.0.0.1:${await freePort()}`;
  const registrationFile = join(folder, 'registration.yaml');
  await writeFile(registrationFile, stringify({ ...tokens, ...registrationOf(url, serverName) }));
  const synapse = await startSynapse({ serverName, config: { app_service_config_files: [registrationFile] } });
  const credentials = { username: 'bridge', password: 'secret' };
  const proxy = await startSocksServer({
    ...credentials,
    portFor(destination) {
      const known = sandbox.dataCentres.find(({ ip, port }) => destination === `${ip}:${port}`);
      const id = known?.id ?? dataCentreAt(destination.split(':')[0] ?? '');
      return sandbox.dataCentres.find((dataCentre) => dataCentre.id === id)?.port ?? 1;
    },
  });

  const configFile = join(folder, 'config.yaml');
  const databaseFile = join(folder, 'bridge.db');
  await promisify(execFile)(program, ['-e', '-c', configFile], { cwd: folder });
  const defaults = parse(await readFile(configFile, 'utf8')) as Readonly<Record<string, object>>;
  const config = merged(defaults, {
    network: {
      api_id: 4242,
      api_hash: randomBytes(16).toString('hex'),
      proxy: { type: 'socks5', address: `127.0.0.1:${proxy.port}`, ...credentials },
    },
    bridge: { permissions: { [serverName]: 'user' } },
    database: { type: 'sqlite3-fk-wal', uri: `file:${databaseFile}?_txlock=immediate` },
    homeserver: { address: synapse.url, domain: serverName },
    appservice: { address: url, hostname: '127.0.0.1', port: Number(new URL(url).port), ...tokens },
    provisioning: { shared_secret: sharedSecret, enable_session_transfers: true },
    encryption: { allow: false },
    logging: { min_level: 'error', writers: [{ type: 'stdout', format: 'json' }] },
  });
  await writeFile(configFile, stringify(config));
  const child = spawn(program, ['-c', configFile, '--no-update'], { cwd: folder, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const killWithUs = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killWithUs);
  return {
    url,
    sharedSecret,
    serverName,
    databaseFile,
    async stop() {
      process.off('exit', killWithUs);
      child.kill('SIGKILL');
      await exited;
      await Promise.all([synapse.stop(), proxy.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function registrationOf(url: string, serverName: string): object {
  const domain = serverName.replaceAll('.', '\\.');
  const users = ['telegrambot', 'telegram_.*'].map((name) => ({ regex: `^@${name}:${domain}$`, exclusive: true }));
  return { id: 'telegram', url, sender_localpart: 'telegram-sender', rate_limited: false, namespaces: { users } };
}

/** The default sections, with these keys replaced. */
function merged(
  defaults: Readonly<Record<string, object>>,
  keys: Readonly<Record<string, object>>,
): Readonly<Record<string, object>> {
  const changed = Object.entries(keys).map(([section, values]) => [section, { ...defaults[section], ...values }]);
  return { ...defaults, ...(Object.fromEntries(changed) as Readonly<Record<string, object>>) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
