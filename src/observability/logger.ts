import winston from 'winston';
import { type Clock, systemClock } from '../base/clock.js';
import type { LogFields, Logger } from '../base/logger.js';
import { jsonLine, type Line, prettyLine } from './line.js';
import { type PrintableFields, redactFields, redactToText } from './redact.js';

/** How much is logged: each level includes those before it. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** One JSON object a line, or readable lines. */
export type LogFormat = 'json' | 'pretty';

/** The options of a logger. */
export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** The output. Defaults to standard output. */
  readonly write?: NodeJS.WritableStream;
  /** The source of timestamps. Defaults to the system clock. */
  readonly clock?: Clock;
}

const levels: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/**
 * Returns the logger of the project. It redacts every message and field, writes one event a line,
 * and never throws.
 */
export function createLogger({ level, format, write = process.stdout, clock = systemClock }: LoggerOptions): Logger {
  const render = format === 'json' ? jsonLine : prettyLine;
  if (!write.listeners('error').includes(ignoreBrokenStream)) {
    write.on('error', ignoreBrokenStream);
  }
  const sink = winston.createLogger({
    level,
    levels: { ...levels },
    format: winston.format.printf(({ line }) => String(line)),
    transports: [new winston.transports.Stream({ stream: write, eol: '\n' })],
  });
  const emit = (at: LogLevel, message: string, fields: PrintableFields) => {
    try {
      const line: Line = { atMs: clock.now(), level: at, message: redactToText(message), fields };
      sink.log({ level: at, message: '', line: render(line) });
    } catch {
      ignoreBrokenStream();
    }
  };
  const at =
    (wanted: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (levels[wanted] <= levels[level]) emit(wanted, message, redactFields(fields));
    };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/**
 * A closed reader (EPIPE) must not end the daemon: without a listener, Node makes the stream's
 * error an uncaught exception.
 */
function ignoreBrokenStream(): void {}
