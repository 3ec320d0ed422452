import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { allLies } from '../../src/sandbox/lies.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { magicBotSecret } from '../../src/sandbox/world/magic.js';
import { enterCode, refusalOf, withIndependentClient } from '../support/mtcute-on-sandbox.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

let folder: string;
let sandbox: Sandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gangway-sandbox-'));
  const publicKeyPath = join(folder, 'key.pem');
  sandbox = await startStrictSandbox({ controlPort: 0, publicKeyPath });
});
afterEach(() => sandbox.control.reset());
afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true });
});

async function order(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const init =
    body === undefined ? { method } : { method, body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${sandbox.controlUrl}${path}`, init);
  expect(response.headers.get('content-type')).toBe('application/json');
  return { status: response.status, body: await response.json() };
}

describe('the control API', () => {
  it('accepts every lie, and lists the logged-in keys', async () => {
    for (const lie of allLies) {
      expect(await order('POST', '/faults', { kind: 'lie', lie })).toEqual({ status: 200, body: {} });
    }
    await order('DELETE', '/faults');
    expect(await order('GET', '/sessions')).toEqual({ status: 200, body: [] });
    await withIndependentClient(sandbox, {}, async (client) => {
      await client.signInBot(`2000010003:${magicBotSecret}`);
      const session = { key: expect.stringMatching(/^[0-9a-f]{16}$/), dc: 1, userId: '2000010003' };
      expect(await order('GET', '/sessions')).toEqual({ status: 200, body: [session] });
    });
  });

  it('returns the data centres and their key, which is also on the disk', async () => {
    const info = await order('GET', '/info');
    expect(info).toEqual({
      status: 200,
      body: { dataCentres: sandbox.dataCentres, publicKeyPem: sandbox.publicKeyPem },
    });
    expect(await readFile(join(folder, 'key.pem'), 'utf8')).toBe(sandbox.publicKeyPem);
    expect(sandbox.publicKeyPem).toMatch(/^-----BEGIN RSA PUBLIC KEY-----\n/);
    expect(sandbox.dataCentres.map(({ id, ip }) => [id, ip])).toEqual([
      [1, '127.0.0.1'],
      [2, '127.0.0.1'],
      [3, '127.0.0.1'],
    ]);
  });

  it('adds and removes faults, and lists the calls', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const fault = { kind: 'rpc_error', code: 400, message: 'PHONE_NUMBER_FLOOD', method: 'auth.sendCode' };
      expect(await order('POST', '/faults', fault)).toEqual({ status: 200, body: {} });
      expect(await refusalOf(client.sendCode({ phone: '9996610001' }))).toBe('400 PHONE_NUMBER_FLOOD');
      expect(await order('DELETE', '/faults')).toEqual({ status: 200, body: {} });
      expect(await refusalOf(client.sendCode({ phone: '+99966 1 0001' }))).toBeUndefined();
      const { body } = await order('GET', '/calls');
      const call = { method: 'auth.sendCode', dc: 1, layer: 227, phone: '9996610001' };
      expect(body).toEqual([call, call]);
    });
  });

  it('revokes, forgets, disconnects and resets', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const getMe = () => refusalOf(client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }));
      await enterCode(client, '9996610001', '11111');
      await order('POST', '/cut');
      expect(await getMe()).toBeUndefined();
      await order('POST', '/revoke', { account: '9996610001', error: 'SESSION_EXPIRED' });
      expect(await getMe()).toBe('401 SESSION_EXPIRED');
      await enterCode(client, '9996610001', '11111');
      await order('POST', '/forget', { account: '9996610001' });
      expect(await getMe()).toBe('401 AUTH_KEY_UNREGISTERED');
      await order('POST', '/forget');
      await order('POST', '/reset');
      expect((await order('GET', '/calls')).body).toEqual([]);
    });
  });

  it('accepts a QR login', async () => {
    await withIndependentClient(sandbox, { dc: 2, updates: true }, async (client) => {
      const user = await client.signInQr({
        onUrlUpdated: (url) => {
          const token = new URL(url).searchParams.get('token');
          order('POST', '/accept-login-token', { token, phone: '9996620005' }).catch((error: unknown) =>
            expect.fail(String(error)),
          );
        },
      });
      expect(user.id).toBe(700020005);
    });
  });

  it.each([
    ['POST', '/faults', { kind: 'nonsense' }, 'kind: refuse, silent, drop, delay, lie or rpc_error'],
    ['POST', '/faults', { kind: 'lie', lie: 'white' }, 'lie: none of this name'],
    ['POST', '/faults', { kind: 'delay' }, 'ms: a number is needed'],
    ['POST', '/faults', { kind: 'silent', method: 3 }, 'method: a text is needed'],
    ['POST', '/faults', '{', 'body: not JSON'],
    ['POST', '/faults', '[]', 'body: not an object'],
    ['POST', '/faults', ' '.repeat(100_001), 'body: too long'],
    ['POST', '/revoke', { account: '9996610001' }, 'error: a text is needed'],
  ])('rejects %s %s %j', async (method, path, body, what) => {
    expect(await order(method, path, body)).toEqual({ status: 400, body: { error: 'not_understood', what } });
  });

  it('answers 404 to unknown paths', async () => {
    expect(await order('POST', '/forget', { account: '123' })).toEqual({
      status: 400,
      body: { error: 'no_such_account' },
    });
    const unknown = { token: 'AAAA', phone: '9996610001' };
    const noToken = { error: 'rpc_error', what: 'AUTH_TOKEN_INVALIDX' };
    expect(await order('POST', '/accept-login-token', unknown)).toEqual({ status: 400, body: noToken });
    expect(await order('GET', '/faults')).toEqual({ status: 404, body: { error: 'no_such_route' } });
  });
});

describe('the sandbox', () => {
  it('listens at the configured address, and fails if a port is taken', async () => {
    const taken = sandbox.dataCentres[0]?.port ?? 0;
    const other = await startSandbox({ clock: systemClock, random: systemRandom });
    const ports = other.dataCentres.map(({ port }) => port);
    expect(other.controlUrl).toBeUndefined();
    await other.stop();
    const options = { clock: systemClock, random: systemRandom };
    await expect(startSandbox({ ...options, ports: [ports[0] ?? 0, taken] })).rejects.toThrow('EADDRINUSE');
    const again = await startSandbox({ ...options, ports });
    expect(again.dataCentres.map(({ port }) => port)).toEqual(ports);
    await again.stop();
  });

  it('survives arbitrary requests', async () => {
    const openings = fc.constantFrom('ef', 'eeeeeeee', 'dddddddd', '474554202f', '');
    const plain = fc.constantFrom('f18e7ebe', 'bee412d7', '1f5f04f5', '59b4d662', '00000000');
    const garbage = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.tuple(plain, fc.uint8Array({ minLength: 16, maxLength: 64 })).map(([id, rest]) => {
        const body = Buffer.concat([Buffer.from(id, 'hex'), rest.subarray(0, rest.length & ~3)]);
        const packet = Buffer.concat([Buffer.alloc(16), Buffer.of(body.length, 0, 0, 0), body]);
        return Buffer.concat([Buffer.of(packet.length / 4), packet]);
      }),
    );
    await fc.assert(
      fc.asyncProperty(openings, garbage, async (opening, noise) => {
        const socket = connect(sandbox.dataCentres[1]?.port ?? 0, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.resume().end(Buffer.concat([Buffer.from(opening, 'hex'), noise]));
        await closed;
      }),
      { numRuns: 100 },
    );
    await withIndependentClient(sandbox, { dc: 2 }, async (client) => {
      expect(await client.call({ _: 'help.getNearestDc' })).toMatchObject({ thisDc: 2 });
    });
  });
});
