import type { TelegramClient } from '@mtcute/node';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { enterCode, refusalOf, withIndependentClient } from '../support/mtcute-on-sandbox.js';

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

const getMe = (client: TelegramClient) => refusalOf(client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }));

/** Logs in, and continues the session in a second client. */
async function withTwoClients(work: (first: TelegramClient, second: TelegramClient) => Promise<void>): Promise<void> {
  await withIndependentClient(sandbox, {}, async (first) => {
    await enterCode(first, '9996610001', '11111');
    const session = await first.exportSession();
    await withIndependentClient(sandbox, {}, async (second) => {
      await second.importSession(session);
      // mtcute begins a new connection after a login.
      expect(await getMe(first)).toBeUndefined();
      await work(first, second);
    });
  });
}

/** What the control API returns for GET /keys. */
async function keys(): Promise<unknown> {
  return (await fetch(`${sandbox.controlUrl}/keys`)).json();
}

describe('an auth key on two connections', () => {
  it('continues, and is recorded', async () => {
    sandbox = await startSandbox({ clock: systemClock, random: systemRandom, controlPort: 0 });
    await withTwoClients(async (first, second) => {
      const entry = { key: sandbox.control.sessions()[0]?.key, dc: 1, duplicated: false };
      expect(await keys()).toMatchObject([{ ...entry, connections: 1, maxConnections: 1 }]);
      expect(await getMe(second)).toBeUndefined();
      expect(await getMe(first)).toBeUndefined();
      expect(await keys()).toMatchObject([{ ...entry, connections: 2, maxConnections: 2 }]);
    });
  });

  it('strict: fails on both, and is unknown afterwards', async () => {
    sandbox = await startSandbox({ clock: systemClock, random: systemRandom, controlPort: 0, strictKeys: true });
    await withTwoClients(async (first, second) => {
      expect(await getMe(second)).toBe('406 AUTH_KEY_DUPLICATED');
      expect(await getMe(first)).toBe('406 AUTH_KEY_DUPLICATED');
      expect(await keys()).toMatchObject([{ connections: 2, duplicated: true }]);
      expect(sandbox.control.sessions()).toEqual([]);
      sandbox.control.cutConnections();
      expect(await getMe(first)).toBe('401 AUTH_KEY_UNREGISTERED');
    });
  });

  it('strict: works on one after the other', async () => {
    sandbox = await startSandbox({ clock: systemClock, random: systemRandom, strictKeys: true });
    await withTwoClients(async (first, second) => {
      await first.disconnect();
      expect(await getMe(second)).toBeUndefined();
      await second.disconnect();
      await first.connect();
      expect(await getMe(first)).toBeUndefined();
      expect(sandbox.control.keys()).toMatchObject([{ maxConnections: 1, duplicated: false }]);
    });
  });
});
