import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../../../src/sandbox/sandbox.js';
import type { ServingInstallation } from '../daemon.js';
import { installHere } from '../daemon-here.js';
import { freePort } from '../free-port.js';
import { startStandInBridge } from '../stand-in-bridge/stand-in-bridge.js';
import { startTlsFront } from '../tls-front.js';
import { until } from '../until.js';

/** What the commands of a page find: a folder, programs, and variables. */
export interface DocWorld {
  /** The folder in which the page begins. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** What stands on the pages, and what replaces it in the test. */
  readonly replaced: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Instead of example.com: the program rejects names that are reserved for examples. */
const docsDomain = 'matrix.test';

const replacedNames = (port: number) =>
  new Map([
    ['example.com', docsDomain],
    ['127.0.0.1:28917', `127.0.0.1:${port}`],
  ]);

/** The Matrix password of alice. */
const password = 'correct horse battery';
/** The Telegram accounts, whose IDs are 700020123 and 700020124, by their owners. */
const phones = { alice: '+9996620123', bob: '+9996620124' };
const consumerSecret = 'the-secret-of-the-archiver';
const adminToken = 'the-token-of-the-helpdesk-0123456789abcdef';
const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** An empty folder: the page creates its own configuration, and starts its own daemon. */
export async function startEmptyWorld(sandbox: Sandbox): Promise<DocWorld> {
  const [folder, port, front] = [
    await mkdtemp(join(tmpdir(), 'gangway-page-')),
    await freePort(),
    await startTlsFront(),
  ];
  front.leadTo(`http://127.0.0.1:${port}`);
  const tools = await createTools(front.host);
  await writeFile(join(tools, 'sandbox.pem'), sandbox.publicKeyPem);
  return {
    folder,
    replaced: replacedNames(port),
    env: {
      ...environmentOf(tools),
      GANGWAY_HTTP__PORT: String(port),
      GANGWAY_TELEGRAM__API_ID: '4242',
      GANGWAY_TELEGRAM__API_HASH: 'fedcba9876543210fedcba9876543210',
      GANGWAY_TELEGRAM__DATA_CENTRES: JSON.stringify(sandbox.dataCentres),
      GANGWAY_TELEGRAM__PUBLIC_KEYS: JSON.stringify([join(tools, 'sandbox.pem')]),
    },
    async close() {
      await front.close();
      for (const path of [folder, tools]) await rm(path, { recursive: true });
    },
  };
}

/**
 * A folder with the configuration of a running daemon: everything is enabled, alice has a Matrix
 * account, alice and bob are logged in to Telegram, and a bridge takes sessions on request.
 * docs/README.md lists the variables and names.
 */
export async function startFullWorld(sandbox: Sandbox): Promise<DocWorld> {
  const [port, front] = [await freePort(), await startTlsFront()];
  const bridge = await startStandInBridge({ sandbox, homeserver: docsDomain });
  const gangway = await installHere(sandbox, {
    homeserver: { domain: docsDomain },
    http: { port },
    accounts: { mode: 'embedded', public_url: `https://matrix.${docsDomain}` },
    identity: { enabled: true, public_url: `https://id.${docsDomain}` },
    provisioning: { enable_session_transfers: true },
    delivery: { email: [{ type: 'file', path: 'messages.jsonl' }], phone: [{ type: 'file', path: 'messages.jsonl' }] },
    threepids: { from_telegram: 'ask' },
    web: { enabled: true, public_url: `https://matrix.${docsDomain}` },
    admin: { tokens: [{ type: 'bearer', name: 'helpdesk', secret: adminToken }] },
    sessions: { consumers: [{ type: 'bearer', name: 'archiver', secret: consumerSecret, users: ['*'] }] },
    bridge: {
      permissions: { [docsDomain]: 'user' },
      upstream: { address: bridge.url, shared_secret: bridge.sharedSecret, hand_over: 'on_request' },
    },
  });
  front.leadTo(`http://127.0.0.1:${port}`);
  const tools = await createTools(front.host);
  const close = async () => {
    await gangway.remove();
    await Promise.all([bridge.stop(), front.close()]);
    await rm(tools, { recursive: true });
  };
  try {
    await gangway.start();
    await gangway.addUser(`@alice:${docsDomain}`, password);
    const token = await tokenOf(gangway);
    await addPhone(gangway, token);
    for (const [name, phone] of Object.entries(phones)) {
      await gangway.login(`@${name}:${docsDomain}`, 'request_code', { phone });
      await gangway.login(`@${name}:${docsDomain}`, 'send_code', { code: '22222' });
    }
    for (const [name, text] of [
      ['password', password],
      ['helpdesk-token', adminToken],
    ] as const) {
      await writeFile(join(gangway.folder, name), `${text}\n`);
    }
    for (const name of ['deploy', 'examples']) {
      await cp(`${repository}${name}`, join(gangway.folder, name), { recursive: true });
    }
    const variables = { secret: gangway.sharedSecret, token, consumer_secret: consumerSecret };
    const env = { ...environmentOf(tools), ...variables };
    return { folder: gangway.folder, env, replaced: replacedNames(port), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * `gangway` on the PATH, and a configuration of curl: it finds the daemon at every `https` address,
 * and fails at every error.
 */
async function createTools(tlsHost: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gangway-tools-'));
  await mkdir(join(folder, 'bin'));
  const gangway = join(folder, 'bin', 'gangway');
  await writeFile(gangway, `#!/bin/sh\nexec '${process.execPath}' '${repository}dist/src/main.js' "$@"\n`);
  await chmod(gangway, 0o755);
  await symlink(process.execPath, join(folder, 'bin', 'node'));
  const [, tlsPort] = tlsHost.split(':');
  const options = [`connect-to = ":443:127.0.0.1:${tlsPort}"`, 'insecure', 'silent', 'fail-with-body'];
  await writeFile(join(folder, '.curlrc'), `${options.join('\n')}\n`);
  return folder;
}

function environmentOf(tools: string): NodeJS.ProcessEnv {
  // The environment of Python with Telethon, which has pytest too.
  const python = process.env['GANGWAY_TEST_TELETHON_PYTHON'];
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GANGWAY_'));
  return {
    ...Object.fromEntries(inherited),
    PATH: [join(tools, 'bin'), ...(python === undefined ? [] : [dirname(python)]), process.env['PATH']].join(':'),
    CURL_HOME: tools,
  };
}

async function tokenOf(gangway: ServingInstallation): Promise<string> {
  const { body } = await gangway.request('POST', '/_matrix/client/v3/login', {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: 'alice' },
    password,
  });
  return String(body['access_token']);
}

/** Adds the phone number of docs/login.md to the account of alice. */
async function addPhone(gangway: ServingInstallation, token: string): Promise<void> {
  const path = '/_matrix/client/v3/account/3pid';
  const session = { client_secret: 'a-secret-of-hers' };
  const request = { ...session, country: 'GB', phone_number: '07700900123', send_attempt: 1 };
  const { body: asked } = await gangway.request('POST', `${path}/msisdn/requestToken`, request, token);
  const file = join(gangway.folder, 'messages.jsonl');
  let code: string | undefined;
  await until(async () => {
    code = /\b\d{6}\b/.exec(await readFile(file, 'utf8').catch(() => ''))?.[0];
    return code !== undefined;
  });
  const submitted = String(asked['submit_url']).replace(/^https:\/\/[^/]+/, '');
  await gangway.request('POST', submitted, { ...session, sid: asked['sid'], token: code });
  const added = { ...session, sid: asked['sid'] };
  const { body: challenge } = await gangway.request('POST', `${path}/add`, added, token);
  const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'alice' }, password };
  const proof = { ...auth, session: challenge['session'] };
  const { status, text } = await gangway.request('POST', `${path}/add`, { ...added, auth: proof }, token);
  if (status !== 200) throw new Error(`the phone number was not added: ${status} ${text}`);
}
