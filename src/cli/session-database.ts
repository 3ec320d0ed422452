import { resolve } from 'node:path';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import type { Database } from '../database/database.js';
import { configFiles } from './config-files.js';
import type { CliContext } from './cli-context.js';

/** The database of a command. */
export interface OpenedDatabase {
  readonly database: Database;
  readonly config: Config;
  readonly logger: Logger;
  /** Whether no daemon can use the database until it is closed. Always false for PostgreSQL. */
  readonly isClaimed: boolean;
}

/**
 * Opens the database of the configuration for the work. With `claim`, no daemon can start
 * meanwhile, unless one runs. With `offline`, throws DatabaseFailure if a daemon runs.
 */
export async function withDatabase<T>(
  file: string,
  { env, folder, clock, random }: CliContext,
  work: (opened: OpenedDatabase) => Promise<T>,
  { claim = false, offline = false }: { readonly claim?: boolean; readonly offline?: boolean } = {},
): Promise<T> {
  const { config } = loadConfig({ path: resolve(folder, file), env, ...configFiles });
  // Loaded here, so that the other commands do not wait for the database to load.
  const [{ openDatabase }, { DatabaseFailure }, { parseDatabaseUri }, { createLogger }, { openAudit }] =
    await Promise.all([
      import('../database/open-database.js'),
      import('../database/failure.js'),
      import('../database/uri.js'),
      import('../observability/logger.js'),
      import('../app/audit.js'),
    ]);
  // A large import in one transaction is slow, as it should be.
  const logger = createLogger({ level: offline ? 'error' : 'warn', format: 'pretty', write: process.stderr, clock });
  const audited = openAudit(config.logging.audit, { type: 'command_line' }, { clock, logger });
  const audit = audited?.audit;
  const open = (exclusive: boolean) =>
    openDatabase({
      ...config.database,
      exclusive,
      offline,
      encryption: config.encryption,
      audit,
      clock,
      random,
      logger,
    });
  const openClaimed = () =>
    open(true).catch((error: unknown) => {
      if (error instanceof DatabaseFailure && error.details.kind === 'in_use') return undefined;
      throw error;
    });
  const isSqlite = parseDatabaseUri(config.database.uri).kind === 'sqlite';
  const claimed = claim && isSqlite ? await openClaimed() : undefined;
  const database = claimed ?? (await open(false));
  try {
    return await work({ database, config, logger, isClaimed: claimed !== undefined || (offline && isSqlite) });
  } finally {
    await database.close();
    audited?.close();
  }
}
