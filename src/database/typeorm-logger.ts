import type { Logger as TypeormLogger } from 'typeorm';
import type { Logger } from '../base/logger.js';

/**
 * Gives what TypeORM has to say to the project's log, and leaves out queries: their parameters are
 * nobody's business.
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
