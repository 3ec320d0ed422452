import { afterEach, expect, it } from 'vitest';
import { createHealthSurface } from '../../../src/http/health.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { startServer, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

const clock = createFakeClock();

async function probe(name: string, ready: () => Promise<boolean>): Promise<string> {
  server = await startServer([createHealthSurface({ ready, clock })]);
  return ask(name);
}

async function ask(name: string): Promise<string> {
  const { status, text } = await sendRaw(server.port, { method: 'GET', path: `/_matrix/mau/${name}` });
  return `${status} ${text}`;
}

it('is live whether it is ready or not', async () => {
  expect(await probe('live', () => Promise.resolve(false))).toBe('200 {}');
});

it('is ready when it says so', async () => {
  expect(await probe('ready', () => Promise.resolve(true))).toBe('200 {}');
});

it.each([
  ['says that it is not', () => Promise.resolve(false)],
  ['cannot find out', () => Promise.reject(new Error('no database'))],
])('is not ready when it %s', async (_, ready) => {
  expect(await probe('ready', ready)).toBe('503 {}');
});

it('is not ready when it cannot find out in five seconds, and finds out once for all who ask meanwhile', async () => {
  let tell: (isReady: boolean) => void = () => undefined;
  let findings = 0;
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const first = probe('ready', () => {
    findings += 1;
    begun();
    return new Promise((resolve) => (tell = resolve));
  });
  await hasBegun;
  await clock.advance(5_000);
  expect(await first).toBe('503 {}');
  const second = ask('ready');
  await ask('live');
  tell(true);
  expect(await second).toBe('200 {}');
  expect(findings).toBe(1);
});
