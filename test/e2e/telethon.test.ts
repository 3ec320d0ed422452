import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { magicBotSecret, magicPasswords } from '../../src/sandbox/world/magic.js';
import { writeTelethonSession } from '../../src/telegram/formats/telethon.js';
import { withPublicAddress } from '../../src/telegram/portable-session.js';
import { readStoredSession } from '../../src/telegram/stored-session.js';
import { createTestGateway } from '../support/engine-on-sandbox.js';
import { logIn } from '../support/magic-logins.js';
import { telethon } from '../support/python-clients.js';
import { startSandboxProcess, type SandboxProcess } from '../support/sandbox-process.js';

const user = z.object({ id: z.number(), bot: z.boolean(), dc: z.number(), session: z.string() });
const keyUses = z.array(z.object({ key: z.string(), connections: z.number(), maxConnections: z.number() }));
const { password } = magicPasswords.password;

describe.skipIf(telethon.missing !== undefined)(
  `unmodified Telethon on \`gangway sandbox\` ${telethon.missing ?? ''}`,
  () => {
    let sandbox: SandboxProcess;
    beforeAll(async () => {
      sandbox = await startSandboxProcess('--strict-keys');
    });
    beforeEach(() => fetch(`${sandbox.controlUrl}/reset`, { method: 'POST' }));
    afterEach(async () => {
      const uses = keyUses.parse(await (await fetch(`${sandbox.controlUrl}/keys`)).json());
      expect(uses.filter(({ maxConnections }) => maxConnections > 1)).toEqual([]);
    });
    afterAll(() => sandbox.stop());

    const run = (action: string, order: Readonly<Record<string, string>>) =>
      telethon.run({
        action,
        public_key: sandbox.publicKeyPem,
        data_centre: sandbox.dataCentres[0],
        control_url: sandbox.controlUrl,
        ...order,
      });
    const logInBy = async (action: string, order: Readonly<Record<string, string>>) =>
      user.parse((await run(action, order))[0]);

    it.each([
      ['with a code', { phone: '+9996610001', code: '11111' }, { id: 700010001, dc: 1 }],
      [
        'with a password, at another data centre',
        { phone: '+9996621001', code: '22222', password },
        { id: 700021001, dc: 2 },
      ],
    ])('logs in by phone %s', async (_, order, expected) => {
      expect(await logInBy('phone', order)).toMatchObject({ ...expected, bot: false });
    });

    it('logs in as a bot', async () => {
      const token = `2000020001:${magicBotSecret}`;
      expect(await logInBy('bot', { token })).toMatchObject({ id: 2000020001, bot: true, dc: 2 });
    });

    it.each([
      ['an account', { phone: '9996610123' }, { id: 700010123, dc: 1 }],
      ['an account of another data centre', { phone: '9996630123' }, { id: 700030123, dc: 3 }],
      ['an account with a password', { phone: '9996611123', password }, { id: 700011123, dc: 1 }],
    ])('logs in by a QR code that %s accepts', async (_, order, expected) => {
      expect(await logInBy('qr', order)).toMatchObject(expected);
    });

    it('continues its own session, and logs out', async () => {
      const { session } = await logInBy('phone', { phone: '+9996620002', code: '22222' });
      const [continued, chats] = await run('continue', { session });
      expect(continued).toMatchObject({ id: 700020002, session });
      expect(chats).toMatchObject({ dialogs: expect.arrayContaining([expect.any(String)]) });
      expect(await run('log_out', { session })).toEqual([{ logged_out: true }]);
      expect(await (await fetch(`${sandbox.controlUrl}/sessions`)).json()).toEqual([]);
      expect(await run('continue', { session })).toEqual([{ id: null }]);
    });

    it.each([
      ['gramjs', 'data centre 2', '9996621003', 700021003],
      ['mtcute', 'data centre 3', '9996630003', 700030003],
    ] as const)('continues a session of Gangway: %s, %s', async (engine, _, digits, id) => {
      const gateway = createTestGateway(sandbox, {}, engine);
      const connection = await gateway.connect();
      await logIn(connection, digits);
      const { session: stored } = connection;
      await connection.destroy();
      await gateway.close();
      const session = writeTelethonSession(withPublicAddress(readStoredSession(stored), sandbox.dataCentres)).reveal();
      expect((await run('continue', { session }))[0]).toMatchObject({ id });
    });
  },
);
