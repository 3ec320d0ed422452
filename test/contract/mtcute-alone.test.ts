import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { messageLies, type MessageLie } from '../../src/sandbox/lies.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { createIndependentClient, enterCode, withIndependentClient } from '../support/mtcute-on-sandbox.js';

let sandbox: Sandbox;
let session: string;

beforeAll(async () => {
  sandbox = await startSandbox({ clock: systemClock, random: systemRandom });
  session = await withIndependentClient(sandbox, {}, async (client) => {
    await enterCode(client, '+9996610001', '11111');
    return client.exportSession();
  });
});
afterAll(() => sandbox.stop());

/** The lies in a message after which mtcute returns its answer. */
const accepted: ReadonlySet<MessageLie> = new Set<MessageLie>([
  'message_id_even',
  'message_id_old',
  'message_id_new',
  'repeated',
]);

// mtcute unpacks data of any length, for seconds, before it finds them unreadable.
const quickLies = messageLies.filter((lie) => lie !== 'packed_large');

describe('mtcute without the message checks of Gangway', () => {
  const rows = quickLies.map((lie) => ({ lie, verdict: accepted.has(lie) ? 'accepts' : 'refuses' }));

  it.each(rows)('$verdict the lie $lie', async ({ lie, verdict }) => {
    const { client } = await createIndependentClient(sandbox);
    try {
      await client.importSession(session);
      const lift = sandbox.control.addFault({ kind: 'lie', lie, method: 'users.getUsers', times: 1 });
      const complaint = new Promise<string>((resolve) => (client.log.mgr.handler = () => resolve('refuses')));
      const call = client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }).then(
        () => 'accepts',
        () => 'refuses',
      );
      expect(await Promise.race([call, complaint])).toBe(verdict);
      lift();
    } finally {
      await client.destroy();
    }
  });
});
