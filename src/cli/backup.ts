import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.js';
import { parseDatabaseUri } from '../database/uri.js';
import type { CliContext } from './cli-context.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { exitCodes } from './exit-code.js';
import { explainUnwritten } from './explain-unwritten.js';
import { listenForStop } from './stop-signal.js';

/** `gangway backup`: a copy of the SQLite database, also while the daemon runs. */
export function addBackup(program: Command, context: CliContext, end: (code: number) => void) {
  program
    .command('backup')
    .description('write a copy of the SQLite database, also while the daemon runs; never overwrites')
    .argument('<file>', 'the new file')
    .addOption(configFileOption())
    .action(async (file: string, { config }: { readonly config: string }) => end(await backup(file, config, context)));
}

async function backup(
  file: string,
  configFile: string,
  { env, folder, signals, out, err }: CliContext,
): Promise<number> {
  const { config } = loadConfig({ path: resolve(folder, configFile), env, ...configFiles });
  const database = parseDatabaseUri(config.database.uri);
  const to = resolve(folder, file);
  if (database.kind === 'postgres') {
    const [host = '', port = ''] = database.server.split(/:(?=\d+$)/);
    err(
      'The database is PostgreSQL, which has a program for backups. It can run beside the daemons:\n\n' +
        `  pg_dump --format=custom --host=${host} --port=${port} --file=${to} ${database.database}\n\n` +
        'Restore it with pg_restore into an empty database. See docs/backup.md. Nothing was written.\n',
    );
    return exitCodes.output;
  }
  const { backupSqlite, partialName } = await import('../database/backup-sqlite.js');
  const stop = listenForStop(signals);
  try {
    const size = await backupSqlite({ from: database.path, to, stopping: stop.stopping });
    out(`Wrote and checked ${to} (${size} bytes). It is useless without encryption.key: keep that apart from it.\n`);
    return exitCodes.ok;
  } catch (error) {
    const code = stop.code();
    if (code !== undefined) {
      err(`Stopped by a signal. The backup ${to} was not written.\n`);
      return code;
    }
    const reason = isTaken(error, partialName(to))
      ? `another backup is writing ${partialName(to)}, or was killed. In that case, delete it and try again.`
      : explainUnwritten(error, to);
    if (reason === undefined) throw error;
    err(`The backup ${to} was not written: ${reason}\n`);
    return exitCodes.output;
  } finally {
    stop.release();
  }
}

/** Returns whether the file exists that was to be created. */
function isTaken(error: unknown, path: string): boolean {
  const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
  return isThere && 'syscall' in error && error.syscall === 'open' && 'path' in error && error.path === path;
}
