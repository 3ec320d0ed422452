import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type Installation } from '../support/daemon.js';
import { startHttpListener, type HeardRequest, type HttpListener } from '../support/http-listener.js';
import { withIndependentClient } from '../support/mtcute-on-sandbox.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

const alice = '@alice:example.test';
const number = '9996620241';
const secret = 'Qw8-zRt5LmXc2VbN7kHy';
const api = '/_gangway/v1/sessions';

let sandbox: Sandbox;
let gangway: Installation;
let receiver: HttpListener;
let heard: HeardRequest[];

beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  await gangway.remove();
  await receiver.stop();
});

const ask = async (path: string, body?: unknown) =>
  (await gangway.request(body === undefined ? 'GET' : 'POST', `${api}${path}`, body, secret)).body;
const events = () => heard.map(({ body }) => (JSON.parse(body) as { type: string }).type);

describe('a leased session', () => {
  it('is continued by another library, and by Gangway afterwards, on a network that ends sessions used twice', async () => {
    heard = [];
    receiver = await startHttpListener((request, response) => {
      heard.push(request);
      response.writeHead(204).end();
    });
    gangway = await install(sandbox, {
      sessions: {
        consumers: [{ type: 'bearer', name: 'archiver', secret, users: ['example.test'] }],
        webhooks: [{ type: 'http', url: `${receiver.url}/events`, secret }],
      },
    });
    await gangway.start();
    await gangway.login(alice, 'request_code', { phone: `+${number}` });
    expect(await gangway.login(alice, 'send_code', { code: '22222' })).toMatchObject({ body: { state: 'logged-in' } });
    expect(await gangway.getMe(alice)).toMatchObject({ status: 200, body: { phone: number } });

    const { sessions } = await ask('');
    expect(sessions).toMatchObject([{ user_id: alice, held_by: 'gangway' }]);
    const [{ telegram_user_id }] = sessions as [{ telegram_user_id: string }];
    const lease = await ask('/acquire', { telegram_user_id, format: 'mtcute', lifetime_seconds: 300 });
    const me = await withIndependentClient(sandbox, {}, async (client) => {
      await client.importSession(String(lease['session']));
      const { id } = await client.getMe();
      // Meanwhile Gangway answers from its database.
      expect(await gangway.getMe(alice)).toMatchObject({ status: 200, body: { phone: number } });
      await gangway.kill();
      await gangway.start();
      expect(await gangway.getMe(alice)).toMatchObject({ status: 200, body: { phone: number } });
      expect((await client.getMe()).id).toBe(id);
      return id;
    });
    expect(String(me)).toBe(telegram_user_id);
    expect(await gangway.command('sessions', 'list')).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/^\d+ @alice:example\.test leased to archiver until \d{4}-/),
    });

    expect(await ask('/release', { lease_id: lease['lease_id'] })).toEqual({});
    expect(await gangway.getMe(alice)).toMatchObject({ status: 200, body: { phone: number } });
    await until(() => events().length >= 3);
    expect(events().toSorted()).toEqual(['lease.ended', 'lease.taken', 'login.completed']);
    for (const { body, headers } of heard) {
      const signed = createHmac('sha256', secret).update(`${String(headers['gangway-timestamp'])}.${body}`);
      expect(headers['gangway-signature']).toBe(`v1=${signed.digest('hex')}`);
      expect(body).not.toContain(String(lease['session']));
      expect(body).not.toContain(number);
    }
  });

  it('is exported to another library after the running daemon has closed its connection', async () => {
    heard = [];
    receiver = await startHttpListener((_request, response) => response.writeHead(204).end());
    gangway = await install(sandbox);
    await gangway.start();
    await gangway.login(alice, 'request_code', { phone: `+${number}` });
    expect(await gangway.login(alice, 'send_code', { code: '22222' })).toMatchObject({ body: { state: 'logged-in' } });
    // Leaves an idle connection.
    const { body } = await gangway.getMe(alice);
    expect(body).toMatchObject({ phone: number });

    const telegramUserId = String(body['id']);
    const exporting = () => gangway.command('sessions', 'export', telegramUserId, '--format', 'mtcute', '--yes');
    const { code, printed } = await exporting();
    expect(code, printed).toBe(0);
    await withIndependentClient(sandbox, {}, async (client) => {
      await client.importSession(printed.trim());
      expect(String((await client.getMe()).id)).toBe(telegramUserId);
      expect(await gangway.getMe(alice)).toMatchObject({ status: 200, body: { phone: number } });
      expect(await exporting()).toMatchObject({
        code: 7,
        printed: 'Not exported. It was exported before, or is in a session transfer.\n',
      });
      expect(String((await client.getMe()).id)).toBe(telegramUserId);
    });
  });

  it('is transferred to another library, which continues when Gangway restarts and when the transfer is finished', async () => {
    heard = [];
    receiver = await startHttpListener((_request, response) => response.writeHead(204).end());
    gangway = await install(sandbox, { provisioning: { enable_session_transfers: true } });
    await gangway.start();
    await gangway.login(alice, 'request_code', { phone: `+${number}` });
    expect(await gangway.login(alice, 'send_code', { code: '22222' })).toMatchObject({ body: { state: 'logged-in' } });
    // Leaves an idle connection.
    const { body } = await gangway.getMe(alice);
    expect(body).toMatchObject({ phone: number });

    const transfer = (call: string) =>
      gangway.call('POST', `/v3/session_transfer/${call}?user_id=${alice}`, { remote_id: body['id'] });
    const { credentials } = (await transfer('init')).body as { credentials: Record<string, string> };
    const [ipAddress = '', port] = String(credentials['server_address']).split(':');
    const main = { id: Number(credentials['dc_id']), ipAddress, port: Number(port) };
    const authKey = Buffer.from(String(credentials['auth_key']), 'base64');
    await withIndependentClient(sandbox, {}, async (client) => {
      await client.importSession({ primaryDcs: { main, media: main }, authKey });
      const id = String((await client.getMe()).id);
      expect(id).toBe(body['id']);
      await gangway.kill();
      await gangway.start();
      expect(await gangway.getMe(alice)).toMatchObject({ status: 200, body: { phone: number } });
      expect(await transfer('finish')).toMatchObject({ status: 200, body: {} });
      expect(await gangway.getMe(alice)).toMatchObject({ status: 200, body: { phone: number } });
      expect(String((await client.getMe()).id)).toBe(id);
    });
  });
});
