import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { Secret } from '../base/secret.js';
import { loadConfig } from '../config/load-config.js';
import { whyUnreadable } from '../config/named-files.js';
import { anchoredUri } from '../config/sections/database.js';
import type { CliContext } from './cli-context.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { exitCodes } from './exit-code.js';
import { renderTable } from './table-output.js';

interface CopyOptions {
  readonly config: string;
  readonly to?: string;
  readonly toFile?: string;
}

/** `gangway db`: the database as a whole, while no daemon runs. */
export function addDb(program: Command, context: CliContext, end: (code: number) => void) {
  const db = program.command('db').description('copy the database, while no daemon runs');
  db.command('copy')
    .description('copy the database of the configuration to an empty one, and compare both')
    .option('--to <uri>', 'the empty database: postgres://… or sqlite:…')
    .option('--to-file <file>', 'a file with that URI, so that its password is in no list of processes')
    .addOption(configFileOption())
    .action(async (options: CopyOptions) => end(await copy(options, context)));
}

async function copy(options: CopyOptions, context: CliContext): Promise<number> {
  const { env, folder, clock, random, out, err } = context;
  const { config } = loadConfig({ path: resolve(folder, options.config), env, ...configFiles });
  const target = readTarget(options, folder);
  if ('problem' in target) {
    err(`${target.problem}\n`);
    return exitCodes.usage;
  }
  const to = anchoredUri(target.uri, dirname(resolve(folder, options.config)));
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
  return exitCodes.ok;
}

function readTarget(
  { to, toFile }: CopyOptions,
  folder: string,
): { readonly uri: Secret } | { readonly problem: string } {
  if (to !== undefined && toFile === undefined) return { uri: new Secret(to) };
  if (to !== undefined || toFile === undefined) return { problem: 'Use either --to or --to-file.' };
  try {
    return { uri: new Secret(readFileSync(resolve(folder, toFile), 'utf8').trim()) };
  } catch (error) {
    return { problem: `The file ${toFile} cannot be read: ${whyUnreadable(error)}.` };
  }
}
