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
  /**
   * How long lines of `info` and `debug` may wait, to be written together, if another line was
   * written within that time. Defaults to 0: each line is written at once.
   */
  readonly batchMs?: number;
}

/** A logger whose lines may be written in batches. */
export interface BatchingLogger extends Logger {
  /** Writes the lines that wait, and from now on each line at once. */
  stopBatching(): void;
  /** Changes the lowest level that is logged. */
  setLevel(level: LogLevel): void;
}

const levels: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };
/** The most characters that wait. */
const maxBatch = 64 * 1024;

/**
 * Returns the logger of the project. It redacts every message and field, writes one event a line,
 * and never throws. Lines are written in the order of their events; errors and warnings at once.
 */
export function createLogger({
  level,
  format,
  write = process.stdout,
  clock = systemClock,
  batchMs = 0,
}: LoggerOptions): BatchingLogger {
  const render = format === 'json' ? jsonLine : prettyLine;
  if (!write.listeners('error').includes(ignoreBrokenStream)) {
    write.on('error', ignoreBrokenStream);
  }
  const sink = winston.createLogger({
    level,
    levels: { ...levels },
    format: winston.format.printf(({ lines }) => String(lines)),
    transports: [new winston.transports.Stream({ stream: write, eol: '\n' })],
  });
  let waiting: string[] = [];
  let waitingLength = 0;
  /** Whether a line was written within the last `batchMs`. */
  let isRecent = false;
  let isBatching = batchMs > 0;
  let lowest = level;

  const flush = () => {
    const lines = waiting.join('\n');
    waiting = [];
    waitingLength = 0;
    try {
      // Each line has passed the level.
      sink.log({ level: 'error', message: '', lines });
    } catch {
      ignoreBrokenStream();
    }
  };
  const onTimer = () => {
    isRecent = waiting.length > 0;
    if (!isRecent) return;
    flush();
    clock.after(batchMs, onTimer);
  };
  const put = (at: LogLevel, line: string) => {
    waiting.push(line);
    waitingLength += line.length;
    const mayWait = isBatching && isRecent && (at === 'info' || at === 'debug') && waitingLength < maxBatch;
    if (!mayWait) flush();
    if (isBatching && !isRecent) {
      isRecent = true;
      clock.after(batchMs, onTimer);
    }
  };
  const emit = (at: LogLevel, message: string, fields: PrintableFields) => {
    try {
      const line: Line = { atMs: clock.now(), level: at, message: redactToText(message), fields };
      put(at, render(line));
    } catch {
      ignoreBrokenStream();
    }
  };
  const at =
    (wanted: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (levels[wanted] <= levels[lowest]) emit(wanted, message, redactFields(fields));
    };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    setLevel(wanted) {
      lowest = wanted;
    },
    stopBatching() {
      isBatching = false;
      if (waiting.length > 0) flush();
    },
  };
}

/**
 * A closed reader (EPIPE) must not end the daemon: without a listener, Node makes the stream's
 * error an uncaught exception.
 */
function ignoreBrokenStream(): void {}
