import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
import { defaultSocketLimits } from '../../../src/http/web-sockets.js';
import { mustOpen, openSocket, type TestSocket } from '../../support/message-socket.js';
import {
  alice,
  authorization,
  prefix,
  sharedSecret,
  startProvisioning,
  outsider,
  type Provisioning,
} from '../../support/provisioning.js';
import { exhaustAttempts, password, phones } from '../provisioning-0.3.0/operations.js';
import { logIn } from './operations.js';

const attempts = { max: 10, windowMs: 600_000 };
let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning({ attempts, limits: { sockets: { ...defaultSocketLimits, pingEveryMs: 3_600_000 } } });
});

afterEach(() => api.close());

const open = (options: Parameters<typeof openSocket>[2] = { headers: { authorization } }, mxid: string = alice) =>
  openSocket(api.port, `${prefix}/v1/user/${mxid}/login/qr`, options);

interface Shown {
  readonly code: string;
  readonly timeout: number;
}

async function shown(socket: TestSocket): Promise<Shown> {
  return (await socket.next()) as Shown;
}

async function scan({ code }: Shown, phone: string, listening = 1): Promise<void> {
  await api.telegram.untilListening(listening);
  api.telegram.acceptLoginToken(new Secret(code), PhoneNumber.parse(phone) ?? expect.fail());
}

describe('the QR login of version 1', () => {
  it('shows a code and reports when it was scanned', async () => {
    const socket = await mustOpen(open());
    const first = await shown(socket);
    expect(first).toEqual({ code: expect.stringMatching(/^tg:\/\/login\?token=[\w-]+$/), timeout: 30 });
    await scan(first, phones.plain);
    expect(await socket.next()).toEqual({ success: true });
    expect(await socket.closed).toBe(1000);
    expect((await api.call('GET', `/v1/user/${alice}`)).json['telegram']).toMatchObject({ id: 9996620234 });
  });

  it('reads the secret from the subprotocols and accepts its own subprotocol', async () => {
    const protocols = ['net.maunium.telegram.login', `net.maunium.telegram.auth-${sharedSecret.replaceAll(' ', '')}`];
    // The secret of these tests has blanks, which no subprotocol can have.
    expect(await open({ protocols })).toMatchObject({ status: 401 });
    const socket = await mustOpen(open({ protocols: ['net.maunium.telegram.login'], headers: { authorization } }));
    expect(socket.protocol).toBe('net.maunium.telegram.login');
    socket.close();
  });

  it('requires the password afterwards if the account has one', async () => {
    const socket = await mustOpen(open());
    await scan(await shown(socket), phones.withPassword);
    expect(await socket.next()).toEqual({ success: false, error: 'password-needed' });
    expect(await socket.closed).toBe(1000);
    const done = await api.call('POST', `/v1/user/${alice}/login/send_password`, { password });
    expect(`${done.status} ${done.text}`).toBe(
      '200 {"state":"logged-in","username":"magic_2_1234","phone":"9996621234"}',
    );
  });

  it('shows four codes, each while it is valid, and then gives up', async () => {
    const socket = await mustOpen(open());
    const codes = new Set<string>();
    for (let n = 0; n < 4; n += 1) {
      codes.add((await shown(socket)).code);
      await api.telegram.untilListening(1);
      await api.clock.advance(30_000);
    }
    expect(codes.size).toBe(4);
    expect(await socket.next()).toEqual({ success: false, error: 'timeout' });
    expect(await socket.closed).toBe(1000);
  });

  it('is cancelled when the client closes it', async () => {
    const socket = await mustOpen(open());
    const first = await shown(socket);
    await api.telegram.untilListening(1);
    socket.terminate();
    await expect.poll(() => api.telegram.liveConnections()).toBe(0);
    expect(first.timeout).toBe(30);
  });

  it('is rejected at the end if the user has logged in meanwhile', async () => {
    const first = await mustOpen(open());
    const firstCode = await shown(first);
    const second = await mustOpen(open());
    const secondCode = await shown(second);
    await scan(firstCode, phones.plain, 2);
    expect(await first.next()).toEqual({ success: true });
    await scan(secondCode, phones.withoutUsername);
    expect(await second.next()).toMatchObject({ success: false, error: 'already_logged_in' });
    const { json } = await api.call('GET', `/v3/logins?user_id=${alice}`);
    expect(json).toEqual({ login_ids: ['9996620234'] });
    expect(api.telegram.logOuts()).toEqual(['9996622234']);
  });

  it('reports an error that occurs after a code', async () => {
    const socket = await mustOpen(open());
    await shown(socket);
    await api.telegram.untilListening(1);
    api.telegram.fail('exportLoginToken', { kind: 'flood_wait', retryAfterMs: 61_000 });
    await api.clock.advance(30_000);
    expect(await socket.next()).toEqual({
      success: false,
      error: 'flood_wait',
      message: 'Too many requests were sent to Telegram. Please wait for 1 minute and 1 second before trying again.',
    });
    expect(await socket.closed).toBe(1000);
  });

  it('is closed when the server stops', async () => {
    const socket = await mustOpen(open());
    await shown(socket);
    await api.close();
    expect(await socket.closed).toBe(1001);
    api = await startProvisioning();
  });

  it('is rejected in JSON before it opens', async () => {
    const answers = async (options: Parameters<typeof open>[0], mxid?: string) => {
      const outcome = await open(options, mxid);
      return 'socket' in outcome ? outcome : `${outcome.status} ${outcome.text}`;
    };
    const known = { headers: { authorization } };
    const plain = await api.send({ method: 'GET', path: `/v1/user/${alice}/login/qr`, ...known });
    expect(`${plain.status} ${plain.text}`).toBe('426 {"error":"Unhandled HTTP 426","errcode":"unhandled_http_426"}');
    const wrong = { protocols: ['net.maunium.telegram.login', 'net.maunium.telegram.auth-wrong'] };
    expect(await answers(wrong)).toBe('401 {"error":"Shared secret is not valid.","errcode":"shared_secret_invalid"}');
    expect(await answers({})).toBe('401 {"error":"Shared secret is not valid.","errcode":"shared_secret_invalid"}');
    expect(await answers(known, outsider)).toBe(
      '403 {"error":"You are not whitelisted.","errcode":"mxid_not_whitelisted"}',
    );
    expect(await answers(known, 'alice')).toBe('400 {"error":"Invalid user ID","errcode":"mxid_invalid"}');
    api.telegram.fail('exportLoginToken', { kind: 'unreachable' });
    expect(await answers(known)).toBe(
      '503 {"error":"Telegram is unreachable at the moment. Please try again later.","errcode":"telegram_unreachable"}',
    );
    await exhaustAttempts(api);
    expect(await answers(known)).toBe(
      '429 {"error":"Too many login attempts. Please wait for 1 minute before trying again.","errcode":"asked_too_often","retry_after":60}',
    );
    await api.clock.advance(600_000);
    await logIn(api, alice);
    expect(await answers(known)).toBe(
      '409 {"state":"logged-in","username":"magic_2_0234","phone":"9996620234","error":"You are already logged in.","errcode":"already_logged_in"}',
    );
  });
});
