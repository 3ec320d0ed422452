import type { Logger } from '../../src/base/logger.js';

/** A logger that keeps nothing, for tests that are not about the log. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
