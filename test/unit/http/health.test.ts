import { afterEach, expect, it } from 'vitest';
import { createHealthSurface } from '../../../src/http/health.js';
import { startServer, type TestServer } from '../../support/http-server.js';
import { sendRaw } from '../../support/raw-http.js';

let server: TestServer;

afterEach(() => server.stop(0));

async function probe(name: string, ready: () => Promise<boolean>): Promise<string> {
  server = await startServer([createHealthSurface({ ready })]);
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
