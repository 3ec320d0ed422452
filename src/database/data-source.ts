import type { DataSourceOptions } from 'typeorm';
import type { Logger } from '../base/logger.js';
import { migrations } from '../../migrations/index.js';
import { schemas } from './tables/index.js';
import { createTypeormLogger } from './typeorm-logger.js';

/** The table of the migrations that were applied. */
export const migrationsTableName = 'gangway_migrations';

/** Returns the options that both databases share. Connecting creates and changes nothing. */
export function dataSourceOptions(logger: Logger) {
  return {
    entities: [...schemas],
    migrations: [...migrations],
    migrationsTableName,
    migrationsRun: false,
    synchronize: false,
    logger: createTypeormLogger(logger),
  } satisfies Partial<DataSourceOptions>;
}
