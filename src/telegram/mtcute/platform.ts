import { LogManager, type Logger as EngineLogger } from '@mtcute/core/utils.js';
import type { Logger } from '../../base/logger.js';

/** What mtcute requires of its platform. */
export const platform = {
  beforeExit: () => () => undefined,
  log: () => undefined,
  getDefaultLogLevel: () => null,
  getDeviceModel: () => '',
};

/**
 * Creates a logger for mtcute. Its lines contain what was sent and received, so only their formats
 * and numbers are logged. Its warnings concern one connection, which then fails or continues.
 */
export function createEngineLogger(logger: Logger, logsDebug: boolean): EngineLogger {
  const manager = new LogManager('mtcute', platform);
  manager.level = logsDebug ? LogManager.DEBUG : LogManager.WARN;
  manager.handler = (_color, level, tag, format, args) => {
    const line = {
      tag: tag.replace(/\[.*?\] ?/g, ''),
      text: format,
      numbers: args.filter((one) => typeof one === 'number'),
    };
    logger[level <= LogManager.WARN ? 'warn' : 'debug']('mtcute log', line);
  };
  return manager;
}
