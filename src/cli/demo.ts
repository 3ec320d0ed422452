import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
import { withAccountAdmin } from './account-admin.js';
import { startDemoBridge, type DemoBridge } from './demo-bridge.js';
import { startDemoHomeserver, type DemoHomeserver } from './demo-homeserver.js';
import { identitySteps } from './demo-identity.js';
import { joinSteps } from './demo-join.js';
import { telegramSteps } from './demo-telegram.js';
import { createDemoRun, curlLine, provision, type DemoRun, type DemoStep } from './demo-run.js';
import { configFiles } from './config-files.js';
import { exitCodes } from './exit-code.js';
import { firstSignal } from './first-signal.js';
import type { CliContext } from './cli-context.js';
import { readVersion } from './version.js';

const domain = 'demo.test';
const alice = `@alice:${domain}` as Mxid;
const bot = `@bot:${domain}`;
const carol = `@carol:${domain}`;
const messagesFile = 'messages.jsonl';
const phone = '9996621234';
const matrixPassword = 'cheese and crackers';

/**
 * `gangway demo`: a sandbox Telegram and the daemon, used over HTTP step by step; then both keep
 * running for trying by hand.
 */
export function addDemo(parent: Command, context: CliContext, end: (code: number) => void) {
  parent
    .command('demo')
    .description(
      'start a simulated Telegram and the daemon, and run through logins to both and the validation of 3PIDs',
    )
    .option('--once', 'exit after the last step, with 0 only if every reply was as expected')
    .action(async ({ once = false }: { once?: boolean }) => end(await demo(once, context)));
}

async function demo(once: boolean, context: CliContext): Promise<number> {
  const { out, signals, clock, random } = context;
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
  let bridge: DemoBridge | undefined;
  let app: App | undefined;
  try {
    sandbox = await startSandbox({ clock, random, publicKeyPath: join(folder, 'sandbox.pem'), controlPort: 0 });
    const sharedSecret = random.bytes(24).toString('base64url');
    homeserver = await startDemoHomeserver(alice);
    bridge = await openBridge(sandbox, sharedSecret, context);
    const servers = { sandbox, homeserver, bridge, sharedSecret };
    const file = await writeConfig(folder, servers, context);
    const { config } = loadConfig({ path: file, env: {}, ...configFiles });
    app = createApp(config, { version: readVersion(), clock, random, logger });
    await app.start();
    const url = `http://127.0.0.1:${app.address()?.port}`;

    out(`A simulated Telegram runs on ${sandbox.dataCentres.map(({ port }) => `127.0.0.1:${port}`).join(', ')}.\n`);
    out(`A stand-in for a bridge runs on ${bridge.url}.\n`);
    out(`Gangway runs on ${url}. In the lines below:\n  $ secret='${sharedSecret}'\n`);
    const demoRun = createDemoRun({ url, sharedSecret, print: out });
    const { password } = magicPasswords.password;
    const stops = [
      ...telegramSteps({
        demoRun,
        print: out,
        domain,
        mxid: alice,
        phone,
        password,
        bot,
        botSecret: magicBotSecret,
        sandbox,
      }),
      () => makeAccount(file, demoRun, context),
      ...matrixSteps().map((step) => () => demoRun.step(step)),
      ...identitySteps({ demoRun, print: out, mxid: alice, homeserver, messages: join(folder, messagesFile) }),
      ...joinSteps({
        demoRun,
        print: out,
        mxid: alice,
        phone,
        password: matrixPassword,
        controlUrl: sandbox.controlUrl,
      }),
      () => showBridge(bridge, demoRun, context),
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
    await bridge?.close();
    await homeserver?.close();
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface DemoServers {
  readonly sandbox: Sandbox;
  readonly homeserver: DemoHomeserver;
  readonly bridge: DemoBridge;
  readonly sharedSecret: string;
}

/** The same application at Telegram: its sessions belong to that. */
const application = { apiId: 4242, apiHash: '5f6c0e1d9b2a47388c1e0d4a6b7f2c93' };

async function openBridge(sandbox: Sandbox, sharedSecret: string, { clock }: CliContext): Promise<DemoBridge> {
  const [{ createGramjsGateway }, { createLogger }] = await Promise.all([
    import('../telegram/gramjs/gateway.js'),
    import('../observability/logger.js'),
  ]);
  const { dataCentres, publicKeyPem } = sandbox;
  const gateway = createGramjsGateway({
    apiId: application.apiId,
    apiHash: new Secret(application.apiHash),
    deviceInfo: {
      deviceModel: 'Demo bridge',
      systemVersion: '1',
      appVersion: '1',
      langCode: 'en',
      systemLangCode: 'en',
    },
    dataCentres,
    publicKeys: [publicKeyPem],
    workers: 1,
    logger: createLogger({ level: 'error', format: 'pretty', clock }),
    clock,
  });
  return startDemoBridge({ domain, sharedSecret, gateway });
}

async function writeConfig(folder: string, servers: DemoServers, { random }: CliContext): Promise<string> {
  const { sandbox, homeserver, bridge, sharedSecret } = servers;
  const { dataCentres } = sandbox;
  const file = join(folder, 'config.yaml');
  const port = await findFreePort();
  const config = {
    homeserver: { domain },
    accounts: { mode: 'embedded' },
    http: { port },
    identity: { enabled: true, public_url: `http://127.0.0.1:${port}` },
    delivery: { email: [{ type: 'file', path: messagesFile }] },
    outgoing: { servers: { [domain]: homeserver.url } },
    provisioning: { shared_secret: sharedSecret },
    web: { enabled: true, public_url: `http://127.0.0.1:${port}` },
    telegram: {
      api_id: application.apiId,
      api_hash: application.apiHash,
      data_centres: dataCentres,
      public_keys: ['sandbox.pem'],
    },
    bridge: {
      permissions: { [domain]: 'user' },
      upstream: { address: bridge.url, shared_secret: sharedSecret },
    },
    encryption: { key: random.bytes(32).toString('base64') },
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

/** Returns whether the bridge, which has the session now, can ask Telegram with it. */
async function showBridge(bridge: DemoBridge | undefined, demoRun: DemoRun, { out }: CliContext): Promise<boolean> {
  demoRun.announce(
    `The bridge has the login of ${carol}. With the session that it was given, it asks Telegram who that is.`,
  );
  const user = await bridge?.findTelegramUser(carol);
  out(`  Telegram user ${user?.id ?? 'unknown'}, ${user?.username ?? 'no username'}\n`);
  return user?.phone?.reveal() === '+9996610123';
}

/** `gangway user add`, as another command would do it beside the daemon. */
async function makeAccount(file: string, demoRun: DemoRun, context: CliContext): Promise<boolean> {
  demoRun.announce(`${alice} gets a Matrix account: there is no homeserver here, so Gangway has the accounts.`);
  context.out(`  $ gangway user add ${alice} --password-file password -c config.yaml\n`);
  const indented = { ...context, out: (text: string) => context.out(`  ${text}`) };
  const code = await withAccountAdmin(file, indented, async ({ administration, serverName, readNewUser }) => {
    const mxid = readNewUser(alice, serverName);
    const isMade = mxid !== undefined && (await administration.add(mxid, new Secret(matrixPassword)));
    return isMade ? { done: `Made ${mxid}.\n` } : { refused: `${alice} could not be made.\n` };
  });
  return code === exitCodes.ok;
}

/** Returns a free port. The configuration of the demo names it before the daemon listens. */
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

function matrixSteps(): readonly DemoStep[] {
  return [
    {
      title: 'She logs in to it, as Matrix clients do.',
      method: 'POST',
      path: '/_matrix/client/v3/login',
      as: 'anonymous',
      body: {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: 'alice' },
        password: matrixPassword,
      },
      status: 200,
      reply: { user_id: alice },
    },
    {
      title: 'With the access token of that login she needs no shared secret to see her login to Telegram.',
      ...provision(`/${alice}/get_me`),
      as: 'user',
      status: 200,
      reply: { phone },
    },
    {
      title: 'The bot is none of her business.',
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
    '\nOr log in to Telegram in a browser:\n',
    `  ${url}/_gangway/`,
    `  Sign in as alice with the password "${matrixPassword}". Choose the phone number, +9996610042, and the code 11111.`,
    `\nMore magic numbers, and faults on demand at ${controlUrl}: docs/sandbox.md. Ctrl-C ends it.\n`,
  ].join('\n');
}
