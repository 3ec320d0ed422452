import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import { writeGotdSession } from '../../src/telegram/formats/gotd.js';
import { withPublicAddress, type DataCentre } from '../../src/telegram/portable-session.js';
import { readStoredSession } from '../../src/telegram/stored-session.js';
import { buildGoClient, goMissing, type GoClient, type GoReport } from '../support/go-client.js';
import { createTestGateway } from '../support/engine-on-sandbox.js';
import { logIn } from '../support/magic-logins.js';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const { password } = magicPasswords.password;
const chats = ['Sandbox group', 'Sandbox channel'];
// Building can take minutes if Go's cache is empty.
const buildDeadlineMs = 900_000;

interface RunningSandbox {
  readonly data_centres: readonly DataCentre[];
  readonly public_key: string;
  readonly control_url: string;
}

describe.skipIf(goMissing !== undefined)('unmodified gotd on `gangway sandbox`', () => {
  let folder: string;
  let process: ChildProcess;
  let sandbox: RunningSandbox;
  let client: GoClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gangway-gotd-sandbox-'));
    const child = spawn(globalThis.process.execPath, [main, 'sandbox'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process = child;
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const started = JSON.parse(line) as RunningSandbox;
    sandbox = { ...started, public_key: await readFile(started.public_key, 'utf8') };
    client = await buildGoClient();
  }, buildDeadlineMs);

  afterAll(async () => {
    process.kill('SIGTERM');
    await once(process, 'exit');
    await client.remove();
    await rm(folder, { recursive: true });
  });

  const run = (job: Readonly<Record<string, unknown>>) => client.run({ ...sandbox, ...job });

  /** A successful login, without a warning and without a timeout. */
  function expectQuiet(report: GoReport, expected: Partial<GoReport>): void {
    expect(report).toMatchObject({ difference: 'updates.differenceEmpty', warnings: [], ...expected });
  }

  it.each([1, 2])('logs in by phone with a password from data centre %d, and out', async (dc) => {
    const report = await run({ kind: 'phone', dc, phone: '+9996621001', code: '22222', password, log_out: true });
    expectQuiet(report, { user_id: 700_021_001, username: 'sandbox_21001', chats, logged_out: true });
  });

  it.each([1, 2])('logs in as a bot from data centre %d, and out', async (dc) => {
    const report = await run({ kind: 'bot', dc, bot_token: `2000020007:${magicBotSecret}`, log_out: true });
    expectQuiet(report, { user_id: 2_000_020_007, username: 'sandbox_20007_bot', logged_out: true });
  });

  it.each([
    ['at the same data centre', 1, '+9996610042', 700_010_042],
    ['with a password at another data centre', 1, '+9996621777', 700_021_777],
  ])('logs in by QR code %s, and out', async (_name, dc, phone, userId) => {
    const report = await run({ kind: 'qr', dc, phone, password, log_out: true });
    expectQuiet(report, { user_id: userId, chats, logged_out: true });
  });

  it.each([
    ['gramjs', '9996620123'],
    ['mtcute', '9996610077'],
  ] as const)('continues a session of Gangway: %s, +%s', async (engine, phone) => {
    const known = { dataCentres: sandbox.data_centres, publicKeyPem: sandbox.public_key };
    const gateway = createTestGateway(known, {}, engine);
    const connection = await gateway.connect();
    await logIn(connection, phone);
    const session = withPublicAddress(readStoredSession(connection.session), sandbox.data_centres);
    await gateway.close();
    const continued = JSON.parse(writeGotdSession(session).reveal()) as unknown;
    const report = await run({ kind: 'continue', dc: session.dcId, session: continued });
    expectQuiet(report, { username: `sandbox_${phone.slice('99966'.length)}`, chats, logged_out: false });
  });
});
