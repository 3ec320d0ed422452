import type { App } from '../app.js';
import type { Logger } from '../base/logger.js';
import type { LoadedConfig } from '../config/load-config.js';
import { ConfigFailure } from '../config/problem.js';
import { compareConfigs } from '../config/reloadable.js';
import type { BatchingLogger } from '../observability/logger.js';

/** The dependencies of createReload. */
export interface ReloadDeps {
  /** The configuration that the daemon was started with. */
  readonly loaded: LoadedConfig;
  /** Reads the configuration again. Throws ConfigFailure. */
  readonly load: () => LoadedConfig;
  readonly app: Pick<App, 'reload'>;
  readonly logger: BatchingLogger;
}

/**
 * Returns a function that reads the configuration again, and passes it to the daemon. It logs the
 * names of the keys that have changed, without their values. If the configuration is invalid, it
 * changes nothing. It never throws.
 */
export function createReload({ loaded: start, load, app, logger }: ReloadDeps): () => void {
  let last = start;
  return () => {
    try {
      const next = load();
      const { reloaded, needRestart } = compareConfigs(start, last, next);
      // A line of the new level or of the old one is logged, whichever has more.
      const [before, after] = [last.config.logging.level, next.config.logging.level];
      const isQuieter = after === 'error' || after === 'warn';
      if (!isQuieter) logger.setLevel(after);
      logger.info('configuration reloaded', { reloaded, needRestart });
      if (isQuieter && after !== before) logger.setLevel(after);
      logRemarks(next, logger);
      app.reload(next.config);
      last = next;
    } catch (error) {
      if (!(error instanceof ConfigFailure)) return logger.error('configuration not reloaded', { error });
      const problems = error.details.problems.map(({ path, message }) => ({ key: path, problem: message }));
      logger.error('configuration not reloaded', { problems });
    }
  };
}

/** Logs the remarks about a configuration. */
export function logRemarks({ warnings }: Pick<LoadedConfig, 'warnings'>, logger: Logger): void {
  for (const { path, message } of warnings) logger.warn('configuration', { key: path, remark: message });
}
