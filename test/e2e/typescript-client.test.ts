import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as clientPackage from '../../clients/typescript/src/index.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import type { ServingInstallation } from '../support/daemon.js';
import { installHere } from '../support/daemon-here.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const consumerSecret = 'the-secret-of-the-archiver';
const password = 'correct horse battery';

let sandbox: Sandbox;
let gangway: ServingInstallation;

beforeAll(async () => {
  sandbox = await startStrictSandbox();
  gangway = await installHere(sandbox, {
    sessions: { consumers: [{ type: 'bearer', name: 'archiver', secret: consumerSecret, users: ['*'] }] },
  });
  await gangway.start();
  await gangway.addUser('@alice:example.test', password);
});
afterAll(async () => {
  await gangway.remove();
  await sandbox.stop();
});

describe('the client in TypeScript, compiled to JavaScript', () => {
  let folder: string;
  let client: typeof clientPackage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gangway-client-'));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const target = ['-p', join(root, 'clients/typescript'), '--outDir', folder];
    await promisify(execFile)(process.execPath, [compiler, ...target]);
    client = (await import(pathToFileURL(join(folder, 'index.js')).href)) as typeof clientPackage;
  });
  afterAll(() => rm(folder, { recursive: true }));

  const options = () => ({ url: gangway.url(), token: gangway.sharedSecret });

  it('logs in by phone number, code and password in version 0.3.0', async () => {
    const { call } = client.createClient(client.provisioningV030.api, options());
    const path = { mxid: '@bob:example.test' };
    const asked = await call('POST /login/{mxid}/request_code', { path, body: { phone: '+9996621234' } });
    expect(asked.state).toBe('code');
    const entered = await call('POST /login/{mxid}/send_code', { path, body: { code: '22222' } });
    expect(entered.state).toBe('password');
    const done = await call('POST /login/{mxid}/send_password', { path, body: { password: 'correct horse' } });
    expect(done).toMatchObject({ state: 'logged-in', username: 'sandbox_21234' });
    expect(await call('GET /{mxid}/get_me', { path })).toMatchObject({ phone: '9996621234' });
  });

  it('logs in as a bot in version 3, with the types of the steps', async () => {
    const { call } = client.createClient(client.provisioningV3.api, options());
    const query = { user_id: '@carol:example.test' };
    const first = await call('POST /login/start/{flow}', { path: { flow: 'bot' }, query });
    const [field] = first.user_input?.fields ?? [];
    const last = await call('POST /login/step/{process}/{step}/user_input', {
      path: { process: first.login_id, step: first.step_id },
      query: { ...query, txn_id: first.txn_id },
      body: { [field?.id ?? '']: '2000020000:SandboxBotTokenThatEveryoneMayKnow1' },
    });
    expect(last.complete?.user_login_id).toBe('2000020000');
  });

  it('logs in to Matrix, and uses the access token for the provisioning API', async () => {
    const matrix = client.createClient(client.clientServerV3.api, { url: gangway.url() });
    const reply = await matrix.call('POST /login', {
      body: { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'alice' }, password },
    });
    const token = reply.access_token;
    const whoami = await client
      .createClient(client.clientServerV3.api, { url: gangway.url(), token })
      .call('GET /account/whoami');
    expect(whoami).toMatchObject({ user_id: '@alice:example.test' });
    const provisioning = client.createClient(client.provisioningV3.api, { url: `${gangway.url()}/`, token });
    expect(await provisioning.call('GET /whoami')).toMatchObject({ logins: [] });
  });

  it('throws an error with the status and the code of the reply', async () => {
    const { call } = client.createClient(client.provisioningV3.api, { url: gangway.url() });
    const failed = await call('GET /login/flows', { query: { user_id: '@bob:example.test' } }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(client.ApiError);
    expect(failed).toMatchObject({ status: 401, code: 'M_MISSING_TOKEN', body: { errcode: 'M_MISSING_TOKEN' } });
  });

  it('encodes path variables, and refuses to leave one out', async () => {
    const paths: string[] = [];
    const answer = (input: string | URL | Request) => {
      paths.push(String(input));
      return Promise.resolve(new Response('{}'));
    };
    const { call } = client.createClient(client.provisioningV3.api, { url: 'http://gangway.test', fetch: answer });
    await call('POST /login/cancel/{process}', { path: { process: 'a/b?c' }, query: { user_id: '@a:b' } });
    expect(paths).toEqual(['http://gangway.test/_matrix/provision/v3/login/cancel/a%2Fb%3Fc?user_id=%40a%3Ab']);
    const incomplete = { path: {} } as { path: { process: string } };
    await expect(call('POST /login/cancel/{process}', incomplete)).rejects.toThrow('"process" is missing');
  });
});

describe('the examples in TypeScript', () => {
  async function run(script: string, args: readonly string[], input: string) {
    const env = {
      PATH: process.env['PATH'],
      GANGWAY_URL: gangway.url(),
      GANGWAY_SECRET: gangway.sharedSecret,
      GANGWAY_CONSUMER_SECRET: consumerSecret,
    };
    const program = join(root, 'examples/typescript', script);
    const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { cwd: root, env, stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    child.stdin.end(input);
    await once(child, 'close');
    return { code: child.exitCode, output };
  }

  it('log a user in, also after a wrong code, and lease the session', async () => {
    const login = await run('log-in.ts', ['@dave:example.test'], '+9996621300\n11111\n22222\ncorrect horse\n');
    expect(login).toMatchObject({ code: 0, output: expect.stringContaining('Logged in as 700021300.') });
    const lease = await run('lease-session.ts', ['700021300'], '');
    expect(lease).toMatchObject({
      code: 0,
      output: expect.stringMatching(/Leased the session of @dave:.*\nReleased it\./),
    });
  });

  it('print the error of a reply', async () => {
    const lease = await run('lease-session.ts', ['1'], '');
    expect(lease).toMatchObject({ code: 1, output: expect.stringContaining('404') });
    const login = await run('log-in.ts', ['not a Matrix ID'], '');
    expect(login).toMatchObject({ code: 1, output: expect.stringContaining('400') });
  });
});
