import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { Secret } from '../base/secret.js';
import { loadConfig } from '../config/load-config.js';
import { anchoredUri } from '../config/sections/database.js';
import type { CliContext } from './cli-context.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { renderTable } from './table-output.js';

interface CopyOptions {
  readonly config: string;
  readonly to?: string;
  readonly toFile?: string;
}

/** `gangway db`: the database as a whole, while no daemon runs. */
export function addDb(program: Command, context: CliContext) {
  const db = program.command('db').description('copy the database, while no daemon runs');
  db.command('copy')
    .description('copy the database of the configuration to an empty one, and compare both')
    .option('--to <uri>', 'the empty database: postgres://… or sqlite:…')
    .option('--to-file <file>', 'a file with that URI, so that its password is in no list of processes')
    .addOption(configFileOption())
    .action((options: CopyOptions) => copy(options, context));
}

async function copy(options: CopyOptions, { env, folder, clock, random, out }: CliContext): Promise<void> {
  const { config } = loadConfig({ path: resolve(folder, options.config), env, ...configFiles });
  const to = anchoredUri(readTarget(options, folder), dirname(resolve(folder, options.config)));
  const [{ copyDatabase }, { createLogger }] = await Promise.all([
    import('../database/copy-database.js'),
    import('../observability/logger.js'),
  ]);
  const logger = createLogger({ level: 'warn', format: 'pretty', write: process.stderr, clock });
  const { database, encryption } = config;
  const copied = await copyDatabase({ from: database.uri, to, encryption, clock, random, logger });
  const rows = copied.map(({ table, rows: count, digest }) => [table, count, digest.slice(0, 16)]);
  out(renderTable(['table', 'rows', 'digest'], rows));
  const total = copied.reduce((sum, { rows: count }) => sum + count, 0);
  out(
    `Copied and compared ${total} rows. Set database.uri to the new database, keep encryption.key, and start the ` +
      'daemon. Do not start a daemon on the old database again.\n',
  );
}

function readTarget({ to, toFile }: CopyOptions, folder: string): Secret {
  if ((to === undefined) === (toFile === undefined)) throw new InvalidArgumentError('Use either --to or --to-file.');
  if (to !== undefined) return new Secret(to);
  return new Secret(readFileSync(resolve(folder, toFile ?? ''), 'utf8').trim());
}
