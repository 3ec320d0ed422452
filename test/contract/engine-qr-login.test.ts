import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import type { LoginProgress } from '../../src/login/processes.js';
import { openTestDatabase } from '../support/database.js';
import { startEngineLogins } from '../support/engine-logins.js';
import { engines, useEngineOnSandbox } from '../support/engine-on-sandbox.js';
import { mxidOf, password, urlOf } from '../support/login-fixture.js';
import { magicPassword } from '../support/magic-logins.js';

const alice = mxidOf('@alice:example.org');
describe.each(engines)('%s', (engine) => {
  const telegram = useEngineOnSandbox(engine);
  let database: Database;

  beforeEach(async () => {
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  const scan = (shown: LoginProgress, digits: string) => {
    const token = new URL(urlOf(shown).reveal()).searchParams.get('token') ?? '';
    telegram.sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), digits);
  };

  describe('a login by QR code', () => {
    it('moves to another data centre and to the password step after the scan, and is in no log', async () => {
      const { login, stop } = startEngineLogins(telegram, database);
      const shown = await login.start(alice, { flow: 'qr' });
      const waiting = login.awaitChange(alice, shown.loginId, shown.stepNumber);
      scan(shown, '9996621555');
      const { stepNumber, step } = await waiting;
      expect(step).toEqual({ kind: 'password', hint: expect.any(String) });
      const done = await login.answer(alice, shown.loginId, password(magicPassword.reveal()), stepNumber);
      expect(done).toMatchObject({ step: { kind: 'complete', user: { username: 'sandbox_21555' } } });
      expect(await login.accounts(alice)).toMatchObject([{ condition: 'connected' }]);
      const token = urlOf(shown).reveal().split('=')[1] ?? expect.unreachable();
      expect(JSON.stringify(telegram.logger.lines)).not.toContain(token);
      await stop();
    });

    it('completes although the connections broke during the scan', async () => {
      const { login, stop } = startEngineLogins(telegram, database);
      const shown = await login.start(alice, { flow: 'qr' });
      const waiting = login.awaitChange(alice, shown.loginId, shown.stepNumber);
      telegram.sandbox.control.cutConnections();
      scan(shown, '9996610555');
      expect(await waiting).toMatchObject({ step: { kind: 'complete', user: { username: 'sandbox_10555' } } });
      await stop();
    });

    it('continues in another daemon if it was scanned in between', async () => {
      const first = startEngineLogins(telegram, database);
      const shown = await first.login.start(alice, { flow: 'qr' });
      await first.stop();
      scan(shown, '9996630555');
      const { login, stop } = startEngineLogins(telegram, database);
      const done = await login.awaitChange(alice, shown.loginId, shown.stepNumber);
      expect(done).toMatchObject({ step: { kind: 'complete', user: { username: 'sandbox_30555' } } });
      await stop();
    });
  });
});
