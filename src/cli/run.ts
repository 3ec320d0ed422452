import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { explainFailure } from './explain-failure.js';
import type { CliContext } from './cli-context.js';
import { readVersion } from './version.js';

/** The time for stopping in addition to that for running requests. */
const closingMs = 10_000;

/** How long access lines may wait, to be written together. */
const logBatchMs = 100;

/** `gangway run`: the daemon, until SIGTERM, SIGINT or SIGHUP. */
export function addRun(parent: Command, context: CliContext, end: (code: number) => void) {
  parent
    .command('run')
    .description('run the daemon until SIGTERM, SIGINT or SIGHUP')
    .addOption(configFileOption())
    .action(async ({ config: file }: { config: string }) => end(await run(file, context)));
}

async function run(file: string, { err, env, folder, signals, clock, random }: CliContext): Promise<number> {
  const { config, warnings } = loadConfig({
    path: resolve(folder, file),
    env,
    ...configFiles,
  });
  // Loaded here, so that other commands do not wait for the daemon to load.
  const { createApp, createLogger, runUntilSignal } = await import('./daemon.js');
  const logger = createLogger({ ...config.logging, clock, batchMs: logBatchMs });
  try {
    for (const { path, message } of warnings) logger.warn('configuration', { key: path, remark: message });
    const app = createApp(config, { version: readVersion(), clock, random, logger });
    return await runUntilSignal(app, {
      logger,
      clock,
      stopDeadlineMs: config.http.shutdownMs + closingMs,
      signals,
      failedStart: (error) => {
        const { code, text } = explainFailure(error);
        err(text);
        return code;
      },
    });
  } finally {
    logger.stopBatching();
  }
}
