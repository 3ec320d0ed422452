import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { anotherTurn } from '../support/another-turn.js';
import { Secret } from '../../src/base/secret.js';
import {
  builtWorkerUrl,
  callDeadlineMs,
  connectDeadlineMs,
  useGramjsOnSandbox,
  workerAfter,
} from '../support/engine-on-sandbox.js';
import { codeOf, failureOf, detailsOf, magicPassword, numberOf } from '../support/magic-logins.js';
import { until } from '../support/until.js';

const destroyDeadlineMs = 5_000;
const tenMinutes = 10 * 60_000;
const hangDeadlineMs = 2 * destroyDeadlineMs;
const gramjs = useGramjsOnSandbox();

/** The worker, with code that runs in its thread when the call `name` is requested. */
const workerThat = (name: string, happening: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      await import('${builtWorkerUrl.href}');
      parentPort.on('message', (request) => { if (request.name === '${name}') { ${happening} } });
    `)}`,
  );

describe('a worker', () => {
  it('that crashes fails its connections as unreachable, and is replaced', async () => {
    const gateway = gramjs.createGateway({ workerUrl: workerThat('getMe', 'process.exit(7)') });
    const connection = await gramjs.loggedIn('9996610050', gateway);
    expect(await detailsOf(connection.getMe())).toEqual({ kind: 'unreachable' });
    expect(await detailsOf(connection.sendCode(numberOf('9996610050')))).toEqual({ kind: 'unreachable' });
    expect((await (await gateway.connect()).sendCode(numberOf('9996610050'))).length).toBe(5);
    expect(gramjs.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'telegram worker ended' }),
    );
  });

  it('that hangs is ended and replaced', async () => {
    const gateway = gramjs.createGateway({ workerUrl: workerThat('getMe', 'for (;;);') });
    const connection = await gramjs.loggedIn('9996610051', gateway);
    const outcome = detailsOf(connection.getMe());
    await gramjs.clock.advance(callDeadlineMs);
    expect(await outcome).toEqual({ kind: 'unreachable' });
    await gramjs.clock.advance(hangDeadlineMs);
    await connection.destroy();
    expect((await (await gateway.connect()).sendCode(numberOf('9996610051'))).length).toBe(5);
  });

  it('that loads for longer than a connection lives is not taken for one that hangs', async () => {
    const channel = new BroadcastChannel('a slow start');
    const waiting = new Promise((resolve) => channel.addEventListener('message', resolve, { once: true }));
    const slow = `
      const channel = new BroadcastChannel('a slow start');
      const go = new Promise((resolve) => { channel.onmessage = resolve; });
      channel.postMessage('waiting');
      await go;
      channel.close();`;
    const gateway = gramjs.createGateway({ workerUrl: workerAfter(slow) });
    const outcome = detailsOf(gateway.connect());
    await waiting;
    await gramjs.clock.advance(connectDeadlineMs + hangDeadlineMs);
    channel.postMessage('go');
    channel.close();
    expect(await outcome).toEqual({ kind: 'unreachable' });
    expect((await (await gateway.connect()).sendCode(numberOf('9996610055'))).length).toBe(5);
    expect(gramjs.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('closes the connection and keeps the others although gramjs does not end its client', async () => {
    const stuck = `require('telegram').TelegramClient.prototype.destroy = () => new Promise(() => {});`;
    const gateway = gramjs.createGateway({ workerUrl: workerAfter(stuck) });
    const other = await gramjs.loggedIn('9996610053', gateway);
    const connection = await gramjs.loggedIn('9996610056', gateway);
    await connection.destroy();
    await until(() => gramjs.sandbox.control.keys().filter(({ connections }) => connections > 0).length === 1);
    expect((await other.getMe()).phone?.reveal()).toBe('+9996610053');
  });

  it('that is too busy to close a connection is ended before the connection counts as closed', async () => {
    // It still answers other calls, so it does not hang.
    const deaf = `
      const { parentPort } = await import('node:worker_threads');
      const on = parentPort.on.bind(parentPort);
      parentPort.on = (event, listener) => on(event, (request) => request.name === 'destroy' || listener(request));`;
    const gateway = gramjs.createGateway({ workerUrl: workerAfter(deaf) });
    const connection = await gramjs.loggedIn('9996610057', gateway);
    const isOpen = () => gramjs.sandbox.control.keys().some(({ connections }) => connections > 0);
    let isDestroyed = false;
    const destroyed = connection.destroy().then(() => (isDestroyed = true));
    await gramjs.clock.advance(destroyDeadlineMs);
    await anotherTurn();
    expect({ isDestroyed, isOpen: isOpen() }).toEqual({ isDestroyed: false, isOpen: true });
    await gramjs.clock.advance(destroyDeadlineMs);
    await destroyed;
    await until(() => !isOpen());
  });

  it('that cannot be started fails the connect', async () => {
    const gateway = gramjs.createGateway({ workerUrl: new URL('data:text/javascript,throw new Error("broken")') });
    expect(await detailsOf(gateway.connect())).toEqual({ kind: 'unreachable' });
  });

  it('starts at its first use, and stops ten minutes after its last connection has closed', async () => {
    const gateway = gramjs.createGateway({ workers: 2, workerUrl: workerAfter(`console.log('started');`) });
    const starts = () => gramjs.logger.lines.filter(({ message }) => message === 'telegram worker output').length;
    await gramjs.clock.advance(tenMinutes);
    expect(starts()).toBe(0);

    const [one, other] = [await gateway.connect(), await gateway.connect()];
    await until(() => starts() === 1);
    await one.destroy();
    await gramjs.clock.advance(tenMinutes);
    expect(await other.sendCode(numberOf('9996610054'))).toMatchObject({ length: 5 });
    await other.destroy();
    const early = await gateway.connect();
    await gramjs.clock.advance(tenMinutes);
    await early.destroy();
    expect(starts()).toBe(1);

    await gramjs.clock.advance(tenMinutes);
    await (await gateway.connect()).destroy();
    await until(() => starts() === 2);
    expect(gramjs.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('that stops because it is idle is awaited when the gateway closes', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const terminate = vi.spyOn(Worker.prototype, 'terminate').mockImplementationOnce(async () => {
      await finished;
      return 0;
    });
    const gateway = gramjs.createGateway();
    await (await gateway.connect()).destroy();
    await gramjs.clock.advance(tenMinutes);
    expect(terminate).toHaveBeenCalledTimes(1);
    let isClosed = false;
    const closed = gateway.close().then(() => (isClosed = true));
    await anotherTurn();
    expect(isClosed).toBe(false);
    finish();
    await closed;
    const [worker] = terminate.mock.contexts;
    terminate.mockRestore();
    if (worker instanceof Worker) await worker.terminate();
  });

  it('is joined by the second one when it has a call to work on', async () => {
    const gateway = gramjs.createGateway({ workers: 2, workerUrl: workerAfter(`console.log('started');`) });
    const starts = () => gramjs.logger.lines.filter(({ message }) => message === 'telegram worker output').length;
    const connections = await Promise.all([gateway.connect(), gateway.connect()]);
    await until(() => starts() === 2);
    await Promise.all(connections.map((connection) => connection.destroy()));
  });

  it('survives a rejection that gramjs leaves unhandled', async () => {
    const gateway = gramjs.createGateway({ workerUrl: workerThat('getMe', 'Promise.reject(new Error("left alone"))') });
    const connection = await gramjs.loggedIn('9996610052', gateway);
    expect((await connection.getMe()).phone?.reveal()).toBe('+9996610052');
  });
});

describe('the log', () => {
  it('contains gramjs’s messages, which gramjs does not print', async () => {
    const connection = await gramjs.loggedIn('9996610070');
    gramjs.sandbox.control.addFault({ kind: 'drop', method: 'users.getUsers', times: 1 });
    await connection.getMe();
    await connection.destroy();
    const texts = gramjs.logger.lines.map(({ fields }) => fields.text);
    expect(texts).toContain('Running gramJS version 2.26.21');
    expect(texts).toContain('Connection closed while receiving data');
    expect(gramjs.logger.lines.filter(({ message }) => message === 'telegram worker output')).toEqual([]);
    expect(texts.filter((text) => String(text).includes('console'))).toEqual([]);
  });

  it('contains no debug lines of workers if they are not wanted', async () => {
    await (await gramjs.loggedIn('9996610072', gramjs.createGateway({ logsDebug: false }))).destroy();
    expect(gramjs.logger.lines.filter(({ message }) => message === 'telegram worker log')).toEqual([]);
  });

  it('contains what is printed in a worker, without its values', async () => {
    const printing = "console.error(new RangeError('a value')); console.log('a value');";
    const gateway = gramjs.createGateway({ workerUrl: workerThat('getMe', printing) });
    await (await gramjs.loggedIn('9996610071', gateway)).getMe();
    const texts = gramjs.logger.lines.map(({ fields }) => fields.text);
    expect(texts).toContain('gramjs console output of type RangeError');
    expect(texts).toContain('gramjs console output of type string');
    expect(JSON.stringify(gramjs.logger.lines)).not.toContain('a value');
  });

  it('contains no secret', async () => {
    const apiHash = new Secret('fedcba9876543210fedcba9876543210');
    const connection = await gramjs.createGateway({ apiHash }).connect();
    const phone = numberOf('9996631072');
    const sent = await connection.sendCode(phone);
    await failureOf(connection.signIn(phone, sent.phoneCodeHash, new Secret('84848')));
    await connection.signIn(phone, sent.phoneCodeHash, codeOf('9996631072'));
    await failureOf(connection.checkPassword(new Secret('wrong horse')));
    await connection.checkPassword(magicPassword);
    const { session } = connection;
    await connection.logOut();
    const log = JSON.stringify(gramjs.logger.lines);
    const secrets = [apiHash, sent.phoneCodeHash, session, magicPassword].map((secret) => secret.reveal());
    for (const secret of [...secrets, '84848', '33333', 'wrong horse', '9996631072']) expect(log).not.toContain(secret);
    expect(log).toContain('telegram worker log');
  });
});
