import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { exitCodes } from './exit-code.js';
import type { CliContext } from './cli-context.js';
import { localEndpoint } from './local-endpoint.js';

const answerWithinMs = 4_000;

/** `gangway healthcheck`: whether the daemon of a configuration runs, for container engines. */
export function addHealthcheck(parent: Command, { err, env, folder }: CliContext, end: (code: number) => void) {
  parent
    .command('healthcheck')
    .description('check whether the daemon of that configuration runs, for container engines')
    .addOption(configFileOption())
    .action(async ({ config: file }: { config: string }) => {
      const { config } = loadConfig({ path: resolve(folder, file), env, ...configFiles });
      const problem = await whatIsWrong(config.http);
      if (problem === undefined) return;
      err(`${problem}\n`);
      end(exitCodes.defect);
    });
}

async function whatIsWrong({ host, port }: { readonly host: string; readonly port: number }) {
  if (port === 0) return 'http.port is 0, so the port is only in the log. Set a fixed port.';
  const endpoint = localEndpoint({ host, port });
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    const { status } = await fetch(`http://${endpoint}/_matrix/mau/live`, { signal });
    return status === 200 ? undefined : `The server on ${endpoint} returned ${status}.`;
  } catch {
    return `No server answers on ${endpoint}.`;
  }
}
