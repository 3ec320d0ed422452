import { afterEach, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock.js';
import type { Logger } from '../../../src/base/logger.js';
import { createHealthApi } from '../../../src/http/health.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { createRecordingLogger } from '../../support/recording-logger.js';
import { silentLogger } from '../../support/silent-logger.js';
import { startServer, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

const notReady = () => Promise.reject(new Error('no database'));

async function probe(
  name: string,
  checkReady: () => Promise<void>,
  { clock, logger = silentLogger }: { clock: Clock; logger?: Logger },
): Promise<string> {
  server = await startServer([createHealthApi({ checkReady, clock, logger })]);
  return ask(name);
}

async function ask(name: string): Promise<string> {
  const { status, text } = await sendRaw(server.port, { method: 'GET', path: `/_matrix/mau/${name}` });
  return `${status} ${text}`;
}

it('is live even if it is not ready', async () => {
  expect(await probe('live', notReady, { clock: createFakeClock() })).toBe('200 {}');
});

it('is ready if the check succeeds', async () => {
  expect(await probe('ready', () => Promise.resolve(), { clock: createFakeClock() })).toBe('200 {}');
});

it('logs the reason when it stops being ready, and once more when it is ready again', async () => {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  let isBroken = true;
  const checkReady = () => (isBroken ? notReady() : Promise.resolve());
  expect(await probe('ready', checkReady, { clock, logger })).toBe('503 {}');
  await clock.advance(1_000);
  expect(await ask('ready')).toBe('503 {}');
  isBroken = false;
  await clock.advance(1_000);
  expect(await ask('ready')).toBe('200 {}');
  expect(logger.lines).toMatchObject([
    { level: 'error', message: 'not ready', fields: { error: new Error('no database') } },
    { level: 'info', message: 'ready again' },
  ]);
});

it('checks at most once a second, for any number of requests', async () => {
  const clock = createFakeClock();
  let checks = 0;
  const checkReady = async () => void (checks += 1);
  await probe('ready', checkReady, { clock });
  await Promise.all(Array.from({ length: 20 }, () => ask('ready')));
  expect(checks).toBe(1);
  await clock.advance(1_000);
  await Promise.all(Array.from({ length: 20 }, () => ask('ready')));
  expect(checks).toBe(2);
});

it('is not ready if the check takes more than five seconds, and does not start another check meanwhile', async () => {
  const clock = createFakeClock();
  let finish: () => void = () => undefined;
  let checks = 0;
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const checkReady = () => {
    checks += 1;
    begun();
    return new Promise<void>((resolve) => (finish = resolve));
  };
  const first = probe('ready', checkReady, { clock });
  await hasBegun;
  await clock.advance(5_000);
  expect(await first).toBe('503 {}');
  await clock.advance(1_000);
  const second = ask('ready');
  await ask('live');
  finish();
  expect(await second).toBe('200 {}');
  expect(checks).toBe(1);
});
