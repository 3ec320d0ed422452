import type { Logger } from '../../base/logger.js';
import type { Runtime } from '../../base/runtime.js';
import type { Config } from '../../config/config.js';
import { explainFailure } from '../explain-failure.js';
import { runChecks, type CheckResult } from './check.js';
import { databaseChecks, filesCheck } from './database-checks.js';
import { homeserverCheck } from './homeserver-check.js';
import { mailCheck } from './mail-check.js';
import { bridgeCheck, clockCheck, permissionsCheck, portsCheck } from './other-checks.js';
import { telegramCheck } from './telegram-check.js';

/** The findings are the output; a log would repeat them. */
const noLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

/** Runs all checks of a valid configuration. Changes nothing. */
export function checkInstallation(
  config: Config,
  version: string,
  { clock, random }: Omit<Runtime, 'logger'>,
): Promise<readonly CheckResult[]> {
  const runtime = { clock, random, logger: noLogger };
  const database = databaseChecks(config, runtime);
  const homeserver = homeserverCheck(config);
  const sources = { 'the homeserver': homeserver.serverTime, PostgreSQL: database.serverTime };
  return runChecks(
    [
      permissionsCheck(config),
      filesCheck(config),
      ...database.checks,
      homeserver.check,
      bridgeCheck(config, clock),
      telegramCheck(config, version, runtime),
      mailCheck(config, runtime),
      clockCheck(sources, clock),
      portsCheck(config),
    ],
    (error) => explainFailure(error).text,
    clock,
  );
}
