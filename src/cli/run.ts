import { resolve } from 'node:path';
import type { Command } from 'commander';
import { holdYoungGeneration } from '../base/young-generation.js';
import { loadConfig } from '../config/load-config.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { explainFailure } from './explain-failure.js';
import { type HeldSignal, holdSignal } from './held-signal.js';
import type { CliContext } from './cli-context.js';
import { createReload, logRemarks } from './reload.js';
import { readVersion } from './version.js';

/** The time for stopping in addition to that for running requests. */
const closingMs = 10_000;

/** How long access lines may wait, to be written together. */
const logBatchMs = 100;

/** `gangway run`: the daemon, until SIGTERM or SIGINT. SIGHUP reloads the configuration. */
export function addRun(parent: Command, context: CliContext, end: (code: number) => void) {
  parent
    .command('run')
    .description('run the daemon until SIGTERM or SIGINT; SIGHUP reloads the configuration')
    .addOption(configFileOption())
    .action(async ({ config: file }: { config: string }) => end(await run(file, context)));
}

async function run(file: string, context: CliContext): Promise<number> {
  holdYoungGeneration();
  // A terminal that is closed sends SIGHUP to end its programs.
  if (context.terminal.isInteractive) return serve(file, context);
  // A reload that is requested while the daemon loads must not end it.
  const hangup = holdSignal(context.signals, 'SIGHUP');
  try {
    return await serve(file, context, hangup);
  } finally {
    hangup.release();
  }
}

/** Reloads on SIGHUP if `hangup` is given. */
async function serve(file: string, context: CliContext, hangup?: HeldSignal): Promise<number> {
  const { err, env, folder, signals, clock, random } = context;
  const load = () => loadConfig({ path: resolve(folder, file), env, ...configFiles });
  const loaded = load();
  const { config } = loaded;
  // Loaded here, so that other commands do not wait for the daemon to load.
  const { createApp, createLogger, runUntilSignal } = await import('./daemon.js');
  const logger = createLogger({ ...config.logging, clock, batchMs: logBatchMs });
  try {
    logRemarks(loaded, logger);
    const app = createApp(config, { version: readVersion(), clock, random, logger });
    const reload = hangup && createReload({ loaded, load, app, logger });
    const running = runUntilSignal(app, {
      logger,
      clock,
      stopDeadlineMs: config.http.shutdownMs + closingMs,
      signals,
      reload,
      failedStart: (error) => {
        const { code, text } = explainFailure(error);
        err(text);
        return code;
      },
    });
    if (hangup?.release() === true) reload?.();
    return await running;
  } finally {
    logger.stopBatching();
  }
}
