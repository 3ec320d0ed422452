import { Logger as EngineLogger, LogManager } from '@mtcute/core/utils.js';
import type { Logger } from '../../base/logger.js';

/** What mtcute requires of its platform. */
export const platform = {
  beforeExit: () => () => undefined,
  log: () => undefined,
  getDefaultLogLevel: () => null,
  getDeviceModel: () => '',
};

/**
 * A logger for mtcute. Its lines may contain what was sent and received, so only their formats and
 * numbers are logged. Its warnings concern one connection, which then fails or continues.
 */
export class FormatLogger extends EngineLogger {
  readonly #logger: Logger;

  constructor(logger: Logger, logsDebug: boolean, tag = 'base', manager = new LogManager('mtcute', platform)) {
    super(manager, tag);
    this.#logger = logger;
    manager.level = logsDebug ? LogManager.DEBUG : LogManager.WARN;
  }

  override log(level: number, format: string, ...args: readonly unknown[]): void {
    if (level > this.mgr.level) return;
    const numbers = args.filter((one) => typeof one === 'number');
    this.#logger[level <= LogManager.WARN ? 'warn' : 'debug']('mtcute log', { tag: this.tag, text: format, numbers });
  }

  override create(tag: string): EngineLogger {
    return new FormatLogger(this.#logger, this.mgr.level === LogManager.DEBUG, tag, this.mgr);
  }
}
