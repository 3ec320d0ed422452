import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { Mxid } from '../base/mxid.js';
import { Secret } from '../base/secret.js';
import { loadConfig } from '../config/load-config.js';
import type { App } from '../app.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import { inAccountOffice } from './account-office.js';
import { startDemoHomeserver, type DemoHomeserver } from './demo-homeserver.js';
import { identityStops } from './demo-identity.js';
import { joinStops } from './demo-join.js';
import { createWalk, curlLine, type WalkStep } from './demo-walk.js';
import { exitCodes } from './exit-code.js';
import { firstSignal } from './first-signal.js';
import type { Surroundings } from './surroundings.js';
import { readVersion } from './version.js';

const domain = 'demo.test';
const alice = `@alice:${domain}` as Mxid;
const bot = `@bot:${domain}`;
const carol = `@carol:${domain}`;
const dave = `@dave:${domain}`;
const messagesFile = 'messages.jsonl';
const phone = '9996621234';
const matrixPassword = 'cheese and crackers';

/** `gangway demo`: a sandbox Telegram and the daemon, walked through by HTTP; then both keep running for trying by hand. */
export function addDemo(parent: Command, surroundings: Surroundings, end: (code: number) => void) {
  parent
    .command('demo')
    .description(
      'start a simulated Telegram and the daemon, and walk through logins to both and the proofs of addresses',
    )
    .option('--once', 'exit after the walk: with 0 only if every step answered as it must')
    .action(async ({ once = false }: { once?: boolean }) => end(await demo(once, surroundings)));
}

async function demo(once: boolean, surroundings: Surroundings): Promise<number> {
  const { out, signals, clock, random } = surroundings;
  const [{ createApp }, { createLogger }, { startSandbox }, { magicPasswords, magicBotSecret }] = await Promise.all([
    import('../app.js'),
    import('../observability/logger.js'),
    import('../sandbox/sandbox.js'),
    import('../sandbox/world/magic.js'),
  ]);
  const stopped = firstSignal(signals);
  const folder = mkdtempSync(join(tmpdir(), 'gangway-demo-'));
  const logger = createLogger({ level: 'warn', format: 'pretty', clock });
  let sandbox: Sandbox | undefined;
  let homeserver: DemoHomeserver | undefined;
  let app: App | undefined;
  try {
    sandbox = await startSandbox({ clock, random, publicKeyPath: join(folder, 'sandbox.pem'), controlPort: 0 });
    const sharedSecret = random.bytes(24).toString('base64url');
    homeserver = await startDemoHomeserver(alice);
    const file = await writeConfig(folder, { sandbox, homeserver, sharedSecret }, surroundings);
    const { config } = loadConfig({ path: file, env: {}, readFile: (path) => readFileSync(path, 'utf8') });
    app = createApp(config, { version: readVersion(), clock, random, logger });
    await app.start();
    const url = `http://127.0.0.1:${app.address()?.port}`;

    out(`A simulated Telegram runs on ${sandbox.dataCentres.map(({ port }) => `127.0.0.1:${port}`).join(', ')}.\n`);
    out(`Gangway runs on ${url}. In the lines below:\n  $ secret='${sharedSecret}'\n`);
    const walk = createWalk({ url, sharedSecret, print: out });
    const { password } = magicPasswords.password;
    const stops = [
      ...telegramSteps({ password, botSecret: magicBotSecret }).map((step) => () => walk.step(step)),
      ...managerSteps().map((step) => () => walk.step(step)),
      () => walk.step(qrStart),
      () => scan(walk.qrText(), sandbox, out),
      () => walk.step(qrEnd),
      () => makeAccount(file, surroundings),
      ...matrixSteps().map((step) => () => walk.step(step)),
      ...identityStops({ walk, print: out, mxid: alice, homeserver, messages: join(folder, messagesFile) }),
      ...joinStops({ walk, print: out, mxid: alice, phone, password: matrixPassword, controlUrl: sandbox.controlUrl }),
    ];
    let right = 0;
    for (const stop of stops) right += (await stop()) ? 1 : 0;
    out(`\n${right} of ${stops.length} steps answered as they must.\n`);
    if (once) return right === stops.length ? exitCodes.ok : exitCodes.defect;

    out(invitation(url, sharedSecret, sandbox.controlUrl));
    await stopped;
    return exitCodes.ok;
  } finally {
    await app?.stop();
    await homeserver?.close();
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Scenery {
  readonly sandbox: Sandbox;
  readonly homeserver: DemoHomeserver;
  readonly sharedSecret: string;
}

async function writeConfig(folder: string, scenery: Scenery, { random }: Surroundings): Promise<string> {
  const { sandbox, homeserver, sharedSecret } = scenery;
  const { dataCentres } = sandbox;
  const file = join(folder, 'config.yaml');
  const port = await findFreePort();
  const config = {
    homeserver: { domain },
    http: { port },
    identity: { enabled: true, public_url: `http://127.0.0.1:${port}` },
    delivery: { email: [{ type: 'file', path: messagesFile }] },
    outgoing: { servers: { [domain]: homeserver.url } },
    provisioning: { shared_secret: sharedSecret },
    telegram: {
      api_id: 4242,
      api_hash: random.bytes(16).toString('hex'),
      data_centres: dataCentres,
      public_keys: ['sandbox.pem'],
    },
    bridge: { permissions: { [domain]: 'puppeting' } },
    encryption: { key: random.bytes(32).toString('base64') },
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

/** `gangway user add`, as another command would do it beside the daemon. */
async function makeAccount(file: string, surroundings: Surroundings): Promise<boolean> {
  const title = `14. ${alice} gets a Matrix account: there is no homeserver here, so Gangway has the accounts.`;
  surroundings.out(`\n${title}\n  $ gangway user add ${alice} --password-file password -c config.yaml\n`);
  const indented = { ...surroundings, out: (text: string) => surroundings.out(`  ${text}`) };
  const code = await inAccountOffice(file, indented, async ({ administration, serverName, readNewUser }) => {
    const mxid = readNewUser(alice, serverName);
    const isMade = mxid !== undefined && (await administration.add(mxid, new Secret(matrixPassword)));
    return isMade ? { done: `Made ${mxid}.\n` } : { refused: `${alice} could not be made.\n` };
  });
  return code === exitCodes.ok;
}

/** The address of the daemon is part of its configuration here, so it must be known before the daemon runs. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  return address.port;
}

function provision(path: string, body?: Readonly<Record<string, string>>) {
  const request = body === undefined ? { method: 'GET' as const } : { method: 'POST' as const, body };
  return { ...request, path: `/_matrix/provision${path}`, as: 'manager' as const };
}

function telegramSteps(secrets: { password: string; botSecret: string }): readonly WalkStep[] {
  return [
    {
      title: `1. ${alice} asks for a login code. (99966XYYYY are magic numbers: X is the data centre.)`,
      ...provision(`/login/${alice}/request_code`, { phone: `+${phone}` }),
      status: 200,
      reply: { state: 'code' },
    },
    {
      title: '2. The code is X five times. This account has two-factor authentication, so the password is next.',
      ...provision(`/login/${alice}/send_code`, { code: '22222' }),
      status: 202,
      reply: { state: 'password' },
    },
    {
      title: '3. The password completes the login.',
      ...provision(`/login/${alice}/send_password`, { password: secrets.password }),
      status: 200,
      reply: { state: 'logged-in' },
    },
    {
      title: '4. Telegram says who that is.',
      ...provision(`/${alice}/get_me`),
      status: 200,
      reply: { phone, is_bot: false },
    },
    {
      title: '5. A bot logs in with its token.',
      ...provision(`/login/${bot}/bot_token`, { token: `2000020001:${secrets.botSecret}` }),
      status: 200,
      reply: { state: 'logged-in' },
    },
    {
      title: '6. And it is a bot.',
      ...provision(`/${bot}/get_me`),
      status: 200,
      reply: { phone: null, is_bot: true },
    },
  ];
}

/** What today's mautrix-manager and its like do: version 3, step by step. */
function managerSteps(): readonly WalkStep[] {
  return [
    {
      title: `7. ${carol} logs in as today's mautrix-manager does it: a login of version 3 asks for one thing after the other.`,
      ...manage('/login/start/phone', carol, {}),
      status: 200,
      reply: { type: 'user_input', step_id: stepIds.phone },
    },
    {
      title: '8. The step says what to ask for, and is answered under its own name.',
      ...manage(`/login/step/{login_id}/${stepIds.phone}/user_input`, carol, { [stepIds.phone]: '+9996610123' }),
      status: 200,
      reply: { type: 'user_input', step_id: stepIds.code },
    },
    {
      title: '9. A wrong code is no error: the step is shown again.',
      ...manage(`/login/step/{login_id}/${stepIds.code}/user_input`, carol, { [stepIds.code]: '54321' }),
      status: 200,
      reply: { step_id: `${stepIds.code}.incorrect`, instructions: 'Incorrect code' },
    },
    {
      title: '10. The right one completes the login.',
      ...manage(`/login/step/{login_id}/${stepIds.code}.incorrect/user_input`, carol, { [stepIds.code]: '11111' }),
      status: 200,
      reply: { type: 'complete' },
    },
  ];
}

const stepIds = {
  phone: 'fi.mau.telegram.login.phone_number',
  code: 'fi.mau.telegram.login.code',
  qr: 'fi.mau.telegram.login.show_qr',
} as const;

function manage(path: string, user: string, body: Readonly<Record<string, string>>) {
  return provision(`/v3${path}?user_id=${user}`, body);
}

const qrStart: WalkStep = {
  title: `11. ${dave} would rather scan a QR code.`,
  ...manage('/login/start/qr', dave, {}),
  status: 200,
  reply: { type: 'display_and_wait', step_id: stepIds.qr },
};

const qrEnd: WalkStep = {
  title: '13. Whoever waits for that is told at once.',
  ...manage(`/login/step/{login_id}/${stepIds.qr}/display_and_wait`, dave, {}),
  status: 200,
  reply: { type: 'complete' },
};

/** Draws the QR code, and has an account of the sandbox scan it. */
async function scan(text: string | undefined, sandbox: Sandbox | undefined, out: (text: string) => void) {
  const token = text === undefined ? null : new URL(text).searchParams.get('token');
  if (text === undefined || token === null || sandbox === undefined) return false;
  const { renderUnicodeCompact } = await import('uqr');
  const drawn = renderUnicodeCompact(text, { border: 2 }).replaceAll(/^/gm, '  ');
  out(`\n12. That is this code. The account +9996630123 of the simulated Telegram scans it on its phone.\n${drawn}\n`);
  sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), '+9996630123');
  return true;
}

function matrixSteps(): readonly WalkStep[] {
  return [
    {
      title: '15. She logs in to it, as Matrix clients do.',
      method: 'POST',
      path: '/_matrix/client/v3/login',
      as: 'stranger',
      body: {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: 'alice' },
        password: matrixPassword,
      },
      status: 200,
      reply: { user_id: alice },
    },
    {
      title: '16. With the access token of that login she needs no shared secret to see her login to Telegram.',
      ...provision(`/${alice}/get_me`),
      as: 'user',
      status: 200,
      reply: { phone },
    },
    {
      title: '17. The bot is none of her business.',
      ...provision(`/${bot}/get_me`),
      as: 'user',
      status: 403,
      reply: { errcode: 'mxid_not_own' },
    },
  ];
}

function invitation(url: string, sharedSecret: string, controlUrl: string | undefined): string {
  const bob = `@bob:${domain}`;
  const lines = [
    provision(`/login/${bob}/request_code`, { phone: '+9996610001' }),
    provision(`/login/${bob}/send_code`, { code: '11111' }),
    provision(`/${bob}/get_me`),
  ];
  return [
    '\nEverything keeps running. Try it by hand, in another shell:\n',
    `  secret='${sharedSecret}'`,
    ...lines.map((line) => `  ${curlLine(url, line)}`),
    `\nMore magic numbers, and faults on demand at ${controlUrl}: docs/sandbox.md. Ctrl-C ends it.\n`,
  ].join('\n');
}
