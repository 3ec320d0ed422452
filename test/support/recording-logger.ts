import type { LogFields, Logger } from '../../src/base/logger.js';

/** One line of the log. */
export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines for the test. */
export interface RecordingLogger extends Logger {
  readonly lines: readonly LogLine[];
  /**
   * Resolves with the first line whose message or whose field `text` is this, or immediately if it
   * is already written.
   */
  line(message: string): Promise<LogLine>;
}

export function createRecordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  const waiting: { readonly message: string; readonly found: (line: LogLine) => void }[] = [];
  const write =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}) => {
      const line = { level, message, fields };
      lines.push(line);
      waiting
        .filter((waiter) => waiter.message === message || waiter.message === fields.text)
        .forEach((waiter) => waiter.found(line));
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    lines,
    line(message) {
      const written = lines.find((line) => line.message === message || line.fields.text === message);
      return written ? Promise.resolve(written) : new Promise((found) => waiting.push({ message, found }));
    },
  };
}
