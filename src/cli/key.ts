import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.js';
import type { CliContext } from './cli-context.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { exitCodes } from './exit-code.js';
import { renderTable } from './table-output.js';

/** `gangway key`: the encryption key, while no daemon runs. */
export function addKey(program: Command, context: CliContext, end: (code: number) => void) {
  const key = program.command('key').description('change the encryption key, while no daemon runs');
  key
    .command('rotate')
    .description('encrypt everything again under encryption.key, which was encrypted under encryption.old_keys')
    .addOption(configFileOption())
    .action(async ({ config }: { readonly config: string }) => end(await rotate(config, context)));
}

async function rotate(file: string, { env, folder, clock, random, out, err }: CliContext): Promise<number> {
  const { config } = loadConfig({ path: resolve(folder, file), env, ...configFiles });
  const { database, encryption } = config;
  if (encryption.oldKeys.length === 0) {
    err(
      'encryption.old_keys is empty, so nothing is encrypted under another key. To change the key, move encryption.key ' +
        'to encryption.old_keys, and write a new one, such as the output of `openssl rand -base64 32`.\n',
    );
    return exitCodes.config;
  }
  const [{ rotateKey }, { createLogger }] = await Promise.all([
    import('../database/rotate-key.js'),
    import('../observability/logger.js'),
  ]);
  const logger = createLogger({ level: 'warn', format: 'pretty', write: process.stderr, clock });
  const rotated = await rotateKey({ uri: database.uri, encryption, clock, random, logger });
  const rows = rotated.map(({ table, column, resealed, verified }) => [`${table}.${column}`, resealed, verified]);
  out(renderTable(['column', 'encrypted again', 'verified'], rows));
  out(
    'Every value opens with encryption.key alone. Start the daemon. Keep the old keys in encryption.old_keys for a day, ' +
      'for links and codes that were sent before, then remove them. Keep them as long as backups that require them.\n',
  );
  return exitCodes.ok;
}
