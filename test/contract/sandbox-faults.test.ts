import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TelegramClient } from '@mtcute/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { magicBotSecret } from '../../src/sandbox/world/magic.js';
import { createFakeClock } from '../support/fake-clock.js';
import { enterCode, otherKeyComplaint, refusalOf, withIndependentClient } from '../support/mtcute-on-sandbox.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const clock = createFakeClock(Date.now());
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox({ clock });
});
afterEach(() => sandbox.control.reset());
afterAll(() => sandbox.stop());

const getMe = (client: TelegramClient) => client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] });
const ask = (client: TelegramClient) => client.call({ _: 'help.getNearestDc' });
const askOther = (client: TelegramClient) => client.call({ _: 'help.getConfig' });
const methods = () => sandbox.control.calls().map((call) => call.method);

/** Returns whether `slow` is still pending when `fast` has settled. */
async function outlasts(slow: Promise<unknown>, fast: Promise<unknown>): Promise<boolean> {
  const first = await Promise.race([slow.then(() => 'slow'), fast.then(() => 'fast')]);
  return first === 'fast';
}

describe('a fault of a method', () => {
  it('silent: leaves the call unanswered, without an effect', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      await ask(client);
      sandbox.control.addFault({ kind: 'silent', method: 'help.getNearestDc', times: 1 });
      const unanswered = ask(client).catch(() => undefined);
      expect(await outlasts(unanswered, askOther(client))).toBe(true);
      expect(await ask(client)).toMatchObject({ thisDc: 1 });
    });
  });

  it('drop: takes effect once, though its answer is cut off and must be fetched again', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      await askOther(client);
      sandbox.control.addFault({ kind: 'drop', method: 'help.getNearestDc', times: 1 });
      expect(await ask(client)).toMatchObject({ thisDc: 1 });
      expect(methods().filter((method) => method === 'help.getNearestDc')).toHaveLength(1);
    });
  });

  it('delay: answers when the time is over', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      await ask(client);
      sandbox.control.addFault({ kind: 'delay', ms: 5000, method: 'help.getNearestDc', times: 1 });
      const late = ask(client);
      expect(await outlasts(late, askOther(client))).toBe(true);
      await clock.advance(4999);
      expect(await outlasts(late, askOther(client))).toBe(true);
      await clock.advance(1);
      expect(await late).toMatchObject({ thisDc: 1 });
    });
  });

  it('rpc_error: fails by method, phone number and times', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const error = { kind: 'rpc_error', code: 400, message: 'PHONE_NUMBER_FLOOD' } as const;
      sandbox.control.addFault({ ...error, method: 'auth.sendCode', phone: '+9996610002', times: 1 });
      expect(await refusalOf(client.sendCode({ phone: '+9996610001' }))).toBeUndefined();
      expect(await refusalOf(client.sendCode({ phone: '+9996610002' }))).toBe('400 PHONE_NUMBER_FLOOD');
      expect(await refusalOf(client.sendCode({ phone: '+9996610002' }))).toBeUndefined();
    });
  });

  it('rpc_error: sends a client to another data centre', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      sandbox.control.addFault({
        kind: 'rpc_error',
        code: 303,
        message: 'NETWORK_MIGRATE_2',
        method: 'auth.sendCode',
        times: 1,
      });
      expect((await enterCode(client, '+9996620001', '22222')).id).toBe(700020001);
    });
    const codes = sandbox.control.calls().filter((call) => call.method === 'auth.sendCode');
    expect(codes.map((call) => call.dc)).toEqual([1, 2]);
  });

  it('counts only until it is removed', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      const lift = sandbox.control.addFault({
        kind: 'rpc_error',
        code: 400,
        message: 'A',
        method: 'help.getNearestDc',
      });
      expect(await refusalOf(ask(client))).toBe('400 A');
      expect(await refusalOf(ask(client))).toBe('400 A');
      lift();
      lift();
      expect(await refusalOf(ask(client))).toBeUndefined();
      sandbox.control.addFault({ kind: 'rpc_error', code: 400, message: 'A' });
      sandbox.control.clearFaults();
      expect(await refusalOf(ask(client))).toBeUndefined();
    });
  });
});

describe('a fault of a key exchange', () => {
  it('sends the client the hash of another key, and the client retries', async () => {
    sandbox.control.addFault({ kind: 'rpc_error', code: 1, message: 'X', method: 'set_client_DH_params', times: 1 });
    await withIndependentClient(sandbox, {}, async (client, complaints) => {
      await ask(client);
      expect(complaints.some((line) => line.includes(otherKeyComplaint))).toBe(true);
    });
  });

  it('answers a step with a transport error', async () => {
    sandbox.control.addFault({ kind: 'rpc_error', code: 429, message: 'X', method: 'req_pq_multi', times: 1 });
    const wire = await openWire(1);
    wire.socket.write(beginKeyExchange(nonce('a')));
    expect((await wire.packet()).readInt32LE()).toBe(-429);
    wire.socket.destroy();
  });

  it('leaves the first packet unanswered, and answers the second', async () => {
    sandbox.control.addFault({ kind: 'silent', dc: 1, times: 1 });
    const wire = await openWire(1);
    wire.socket.write(Buffer.concat([beginKeyExchange(nonce('a')), beginKeyExchange(nonce('b'))]));
    expect((await wire.packet()).subarray(24, 40)).toEqual(nonce('b'));
    wire.socket.destroy();
  });

  it('drops the connection in the middle of a packet', async () => {
    sandbox.control.addFault({ kind: 'drop', times: 1 });
    const wire = await openWire(1);
    wire.socket.write(beginKeyExchange(nonce('a')));
    const received = await wire.untilClosed();
    expect(received.length).toBeGreaterThan(1);
    expect(received.length).toBeLessThan(1 + 4 * (received[0] ?? 0));
  });
});

describe('refuse', () => {
  it('closes new connections to one data centre only', async () => {
    const lift = sandbox.control.addFault({ kind: 'refuse', dc: 2 });
    const refused = connect(portOf(2), '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => refused.once('close', resolve));
    lift();
    const [taken, other] = [await openWire(2), await openWire(1)];
    for (const wire of [taken, other]) {
      wire.socket.write(beginKeyExchange(nonce('a')));
      expect((await wire.packet()).subarray(24, 40)).toEqual(nonce('a'));
      wire.socket.destroy();
    }
  });
});

describe('the sandbox', () => {
  it('closes connections, and accepts new ones', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      await enterCode(client, '+9996610003', '11111');
      sandbox.control.cutConnections();
      expect(await getMe(client)).toMatchObject([{ id: 700010003 }]);
    });
  });

  it('answers -404 to an unknown key', async () => {
    const wire = await openWire(1);
    wire.socket.write(abridged(Buffer.alloc(88, 7)));
    expect((await wire.packet()).readInt32LE()).toBe(-404);
    wire.socket.destroy();
  });

  it('forgets the keys of one account only', async () => {
    await withIndependentClient(sandbox, {}, async (one) => {
      await withIndependentClient(sandbox, {}, async (bot) => {
        await enterCode(one, '+9996610004', '11111');
        await bot.signInBot(`2000010001:${magicBotSecret}`);
        sandbox.control.deleteAuthKeys('9996610004');
        expect(await refusalOf(getMe(one))).toBe('401 AUTH_KEY_UNREGISTERED');
        expect(await getMe(bot)).toMatchObject([{ id: 2000010001 }]);
        sandbox.control.deleteAuthKeys();
        expect(await refusalOf(getMe(bot))).toBe('401 AUTH_KEY_UNREGISTERED');
      });
    });
  });

  it('revokes the sessions of one account only', async () => {
    await withIndependentClient(sandbox, {}, async (one) => {
      await withIndependentClient(sandbox, {}, async (bot) => {
        await enterCode(one, '+9996610005', '11111');
        await bot.signInBot(`2000010002:${magicBotSecret}`);
        expect(sandbox.control.sessions()).toHaveLength(2);
        sandbox.control.revokeSessions('+9996610005', 'SESSION_REVOKED');
        expect(sandbox.control.sessions()).toMatchObject([{ userId: '2000010002' }]);
        expect(await refusalOf(getMe(one))).toBe('401 SESSION_REVOKED');
        expect(await refusalOf(ask(one))).toBeUndefined();
        sandbox.control.revokeSessions(`2000010002:${magicBotSecret}`, 'AUTH_KEY_DUPLICATED');
        expect(await refusalOf(ask(bot))).toBe('406 AUTH_KEY_DUPLICATED');
        expect((await enterCode(one, '+9996610005', '11111')).id).toBe(700010005);
      });
    });
  });

  it('refuses requests about unknown accounts', () => {
    expect(() => sandbox.control.deleteAuthKeys('+4930123456')).toThrow('no_such_account');
    expect(() => sandbox.control.revokeSessions('1:2', 'SESSION_REVOKED')).toThrow('no_such_account');
    expect(() => sandbox.control.acceptLoginToken(Buffer.alloc(32), '9996610001')).toThrow('rpc_error');
  });

  it('returns to its initial state after a reset', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      await enterCode(client, '+9996610006', '11111');
      sandbox.control.addFault({ kind: 'silent' });
      sandbox.control.reset();
      expect(sandbox.control.calls()).toEqual([]);
      expect(await refusalOf(getMe(client))).toBe('401 AUTH_KEY_UNREGISTERED');
    });
  });

  it('corrects a client whose clock is wrong', async () => {
    await withIndependentClient(sandbox, {}, async (client) => {
      await ask(client);
      await clock.advance(3_600_000);
      expect(await ask(client)).toMatchObject({ thisDc: 1 });
    });
  });
});

function portOf(dc: number): number {
  return sandbox.dataCentres.find(({ id }) => id === dc)?.port ?? 0;
}

const nonce = (letter: string) => Buffer.alloc(16, letter);

/** A packet of the abridged transport that is shorter than 508 bytes. */
function abridged(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.of(packet.length / 4), packet]);
}

/** An unencrypted req_pq_multi, byte by byte. */
function beginKeyExchange(withNonce: Buffer): Buffer {
  const head = Buffer.from('0000000000000000000000000102030414000000f18e7ebe', 'hex');
  return abridged(Buffer.concat([head, withNonce]));
}

/** A connection of the abridged transport, to look at what comes over it. */
async function openWire(dc: number) {
  const socket: Socket = connect(portOf(dc), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(Buffer.of(0xef));
  let received: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
  });
  return {
    socket,
    async packet(): Promise<Buffer> {
      while (received.length < 1 || received.length < 1 + 4 * (received[0] ?? 0)) await once(socket, 'data');
      return received.subarray(1, 1 + 4 * (received[0] ?? 0));
    },
    async untilClosed(): Promise<Buffer> {
      if (!socket.closed) await once(socket, 'close');
      return received;
    },
  };
}
