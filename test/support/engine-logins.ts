import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import type { Database } from '../../src/database/database.js';
import { createLoginService } from '../../src/login/service.js';
import { createConnectionPool } from '../../src/telegram/pool.js';
import type { Engine, EngineOnSandbox } from './engine-on-sandbox.js';

/** Starts the login service of a daemon on an engine, with the real time. */
export function startEngineLogins(telegram: EngineOnSandbox, database: Database, engine?: Engine) {
  const { logger } = telegram;
  const clock = systemClock;
  const gateway = telegram.createGateway({ clock }, engine);
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
