import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import { Secret } from '../../../src/base/secret.js';
import type { Database } from '../../../src/database/database.js';
import { eventTypes, type DomainEvent, type EventType } from '../../../src/database/tables/events.js';
import { createWebhooks, type Webhooks } from '../../../src/webhooks/webhooks.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js';
import { createRecordingLogger, type RecordingLogger } from '../../support/recording-logger.js';
import { until } from '../../support/until.js';

const alice = '@alice:example.org' as Mxid;
const secret = new Secret('secret of the receiver');
const hours = 3_600_000;

interface Received {
  readonly path: string;
  readonly body: string;
  readonly timestamp: string;
  readonly signature: string;
}

let server: Server;
let received: Received[];
let status: number;
let database: Database;
let clock: FakeClock;
let logger: RecordingLogger;
let running: Webhooks[];

beforeEach(async () => {
  clock = createFakeClock();
  logger = createRecordingLogger();
  database = await openTestDatabase({ clock });
  received = [];
  running = [];
  status = 204;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { 'gangway-timestamp': timestamp, 'gangway-signature': signature } = request.headers;
      const body = Buffer.concat(chunks).toString();
      received.push({ path: request.url ?? '', body, timestamp: String(timestamp), signature: String(signature) });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await Promise.all(running.map((webhooks) => webhooks.stop()));
  await database.close();
  await new Promise((resolve) => server.close(resolve));
});

function start(paths: Readonly<Record<string, readonly EventType[]>> = { a: eventTypes }): Webhooks {
  const { port } = server.address() as AddressInfo;
  const entries = Object.entries(paths);
  const configured = entries.map(([path, events]) => ({ url: `http://127.0.0.1:${port}/${path}`, secret, events }));
  const webhooks = createWebhooks({ webhooks: configured, database, clock, random: systemRandom, logger });
  webhooks.start();
  running.push(webhooks);
  return webhooks;
}

const eventOf = (what: DomainEvent['what']): DomainEvent => ({
  owner: alice,
  telegramUserId: '700020123',
  at: clock.now(),
  what,
});
const append = (what: DomainEvent['what']) => database.transaction((tx) => tx.events.append(eventOf(what)));
const login = { type: 'login.completed', isBot: false } as const;
const lease = { type: 'lease.taken', consumer: 'archiver', fencing: 7, expiresAt: 8 } as const;

/** Advances the time until this many requests were received. */
const receive = (count: number) =>
  until(async () => {
    await clock.advance(2_000);
    return received.length >= count;
  });
const left = () =>
  database.transaction(async (tx) => ({ fresh: await tx.events.listNew(99), failed: await tx.events.listFailed() }));
const isEmpty = async () => {
  const due = await database.transaction((tx) => tx.events.nextDueAt(0));
  return due === undefined;
};

describe('an event', () => {
  const rows = [
    [login, { is_bot: false }],
    [{ type: 'session.handed_over' }, {}],
    [{ type: 'session.ended', reason: 'revoked' }, { reason: 'revoked' }],
    [lease, { consumer: 'archiver', fencing: 7, expires_at: 8 }],
    [
      { type: 'lease.ended', consumer: 'archiver', reason: 'expired' },
      { consumer: 'archiver', reason: 'expired' },
    ],
    [{ type: 'phone.added', phone: '+441632960123' }, { phone: '+441632960123' }],
    [{ type: 'phone.removed', phone: '+441632960123' }, { phone: '+441632960123' }],
  ] as const satisfies readonly (readonly [DomainEvent['what'], object])[];

  it('of every type is tested here', () => {
    expect(rows.map(([{ type }]) => type)).toEqual(eventTypes);
  });

  it.each(rows)('%o is sent, signed', async (what, data) => {
    start();
    const occurredAt = clock.now();
    await append(what);
    await receive(1);
    const [{ body, timestamp, signature }] = received as [Received];
    expect(JSON.parse(body)).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      type: what.type,
      occurred_at: occurredAt,
      data: { user_id: alice, telegram_user_id: '700020123', ...data },
    });
    const expected = createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex');
    expect(signature).toBe(`v1=${expected}`);
    expect(Math.abs(Number(timestamp) - clock.now() / 1000)).toBeLessThan(10);
    await until(isEmpty);
  });

  it('goes to each webhook that subscribes to it, and to no other', async () => {
    start({ a: ['login.completed'], b: ['login.completed', 'lease.taken'], c: [] });
    await append(login);
    await append(lease);
    await receive(3);
    expect(received.map(({ path }) => path).toSorted()).toEqual(['/a', '/b', '/b']);
    await until(isEmpty);
  });

  it('is not stored if no webhook subscribes to it', async () => {
    start({});
    await append(login);
    await clock.advance(60_000);
    await until(async () => (await left()).fresh.length === 0);
    expect(await isEmpty()).toBe(true);
  });

  it('is not stored if its transaction fails', async () => {
    const failing = database.transaction(async (tx) => {
      await tx.events.append(eventOf(login));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await left()).fresh).toEqual([]);
  });

  it('is sent after a restart, and sent again with the same ID until it is accepted', async () => {
    await append(login);
    status = 500;
    const first = start();
    await receive(1);
    await logger.line('webhook delivery failed');
    await first.stop();
    status = 200;
    start();
    await receive(2);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    await until(isEmpty);
  });

  it('is repeated at growing intervals, with others waiting behind it', async () => {
    status = 503;
    start();
    await append(login);
    await append(lease);
    await receive(1);
    await logger.line('webhook delivery failed');
    const times: number[] = [clock.now()];
    for (let attempt = 2; attempt < 11; attempt += 1) {
      await receive(attempt);
      times.push(clock.now());
    }
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // Four doublings, each wait a quarter longer or shorter by chance.
    expect(waits.at(-1)).toBeGreaterThan(5 * (waits[0] ?? 0));
  });

  it('is abandoned after a day, and kept for a month', async () => {
    status = 404;
    const webhooks = start();
    await append(login);
    await receive(1);
    await until(async () => {
      await clock.advance(hours);
      return (await left()).failed.length === 1;
    });
    const [failed] = (await left()).failed;
    expect(failed).toMatchObject({ type: 'login.completed', reason: 'status 404' });
    expect(failed?.attempts).toBeGreaterThan(5);
    const { level } = await logger.line('webhook delivery given up');
    expect(level).toBe('error');
    await clock.advance(29 * 24 * hours);
    await webhooks.sweep();
    expect((await left()).failed).toHaveLength(1);
    await clock.advance(2 * 24 * hours);
    await webhooks.sweep();
    expect((await left()).failed).toEqual([]);
  });

  it('is deleted if its webhook is removed from the configuration', async () => {
    status = 500;
    start({ a: eventTypes, b: eventTypes });
    await append(login);
    await receive(2);
    await Promise.all(running.map((webhooks) => webhooks.stop()));
    await start({ a: eventTypes }).sweep();
    const { port } = server.address() as AddressInfo;
    const due = (path: string) =>
      database.transaction((tx) => tx.events.findDue(`http://127.0.0.1:${port}/${path}`, clock.now() + 24 * hours));
    expect([await due('a'), await due('b')]).toMatchObject([{ type: 'login.completed' }, undefined]);
    await start({}).sweep();
    expect(await isEmpty()).toBe(true);
  });

  it('is not sent to the target of a redirect', async () => {
    status = 302;
    start();
    await append(login);
    await receive(1);
    const { fields } = await logger.line('webhook delivery failed');
    expect(fields).toMatchObject({ type: 'login.completed', attempts: 1 });
  });

  it('appended twice is one event', async () => {
    await append(login);
    await append(login);
    expect((await left()).fresh).toHaveLength(1);
  });
});
