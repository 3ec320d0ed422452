import { Logger } from 'telegram';
import type { LogLevel } from 'telegram/extensions/Logger.js';

/**
 * Receives the log lines of gramjs, not yet printable: `warn` for its errors, `debug` for the rest.
 */
export type LogLine = (level: 'warn' | 'debug', message: string) => void;

/**
 * A logger for gramjs that writes nothing itself and reports every level as disabled, so that
 * gramjs prints nothing either.
 */
export class QuietLogger extends Logger {
  readonly #write: LogLine;

  constructor(write: LogLine) {
    super();
    this.#write = write;
  }

  override canSend(): boolean {
    return false;
  }

  override _log(level: LogLevel, message: string): void {
    const name: string = level;
    if (name !== 'debug') this.#write(name === 'error' ? 'warn' : 'debug', message);
  }
}

const longest = 300;
// These lines of gramjs end with raw bytes of a message, which may contain a secret.
const rawTail = /(Received response without parent request|remaining data).*/su;

/** Returns the text without raw bytes, truncated to a length that suits a log line. */
export function printable(text: string): string {
  return text
    .replace(rawTail, '$1 […]')
    .replace(/[^\P{C}\n]/gu, '?')
    .slice(0, longest);
}
