import type { Logger as TypeormLogger } from 'typeorm';
import type { Logger } from '../base/logger.js';

/**
 * Returns a TypeORM logger that writes to the log of the program. It omits queries, because their
 * parameters may be secret.
 */
export function createTypeormLogger(logger: Logger): TypeormLogger {
  return {
    logQuery: () => undefined,
    logQueryError: () => undefined,
    logQuerySlow: () => undefined,
    logSchemaBuild: (message) => logger.debug(message),
    logMigration: (message) => logger.debug(message),
    log(level, message) {
      if (level === 'warn') logger.warn(String(message));
      else logger.debug(String(message));
    },
  };
}
