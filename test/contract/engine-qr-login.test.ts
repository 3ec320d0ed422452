import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import type { Database } from '../../src/database/database.js';
import type { LoginProgress } from '../../src/login/processes.js';
import { createLoginService } from '../../src/login/service.js';
import { createConnectionPool } from '../../src/telegram/pool.js';
import { openTestDatabase } from '../support/database.js';
import { engines, useEngineOnSandbox } from '../support/gramjs-on-sandbox.js';
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

  /** The login service on the engine, as in the daemon. */
  function startService() {
    const logger = telegram.logger;
    const clock = systemClock;
    const gateway = telegram.createGateway({ clock });
    const pool = createConnectionPool({ gateway, clock, logger, maxLive: 8, idleCloseMs: 60_000 });
    const login = createLoginService({
      database,
      pool,
      mayLogIn: () => true,
      maxAccounts: 5,
      maxListening: 4,
      attempts: { max: 1000, windowMs: 600_000 },
      expireAfterMs: 30 * 60_000,
      clock,
      random: systemRandom,
      logger,
    });
    return { login, stop: () => pool.close() };
  }

  const scan = (shown: LoginProgress, digits: string) => {
    const token = new URL(urlOf(shown).reveal()).searchParams.get('token') ?? '';
    telegram.sandbox.control.acceptLoginToken(Buffer.from(token, 'base64url'), digits);
  };

  describe('a login by QR code', () => {
    it('moves to another data centre and to the password step after the scan, and is in no log', async () => {
      const { login, stop } = startService();
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
      const { login, stop } = startService();
      const shown = await login.start(alice, { flow: 'qr' });
      const waiting = login.awaitChange(alice, shown.loginId, shown.stepNumber);
      telegram.sandbox.control.cutConnections();
      scan(shown, '9996610555');
      expect(await waiting).toMatchObject({ step: { kind: 'complete', user: { username: 'sandbox_10555' } } });
      await stop();
    });

    it('continues in another daemon if it was scanned in between', async () => {
      const first = startService();
      const shown = await first.login.start(alice, { flow: 'qr' });
      await first.stop();
      scan(shown, '9996630555');
      const { login, stop } = startService();
      const done = await login.awaitChange(alice, shown.loginId, shown.stepNumber);
      expect(done).toMatchObject({ step: { kind: 'complete', user: { username: 'sandbox_30555' } } });
      await stop();
    });
  });
});
