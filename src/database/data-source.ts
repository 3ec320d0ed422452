import type { DataSourceOptions } from 'typeorm';
import type { Logger } from '../base/logger.js';
import { migrations } from '../../migrations/index.js';
import { floodWaits } from './entities/flood-waits.js';
import { loginProcesses } from './entities/login-processes.js';
import { sealingCheck } from './entities/sealing-check.js';
import { telegramAccounts } from './entities/telegram-accounts.js';
import { createTypeormLogger } from './typeorm-logger.js';

/** Where the database remembers which migrations it has seen. */
export const migrationsTableName = 'gangway_migrations';

/** The options that both databases share; nothing is created or changed by connecting. */
export function dataSourceOptions(logger: Logger) {
  return {
    entities: [sealingCheck, loginProcesses, telegramAccounts, floodWaits],
    migrations: [...migrations],
    migrationsTableName,
    migrationsRun: false,
    synchronize: false,
    logger: createTypeormLogger(logger),
  } satisfies Partial<DataSourceOptions>;
}
