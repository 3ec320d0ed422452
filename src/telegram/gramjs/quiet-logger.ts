import { Logger } from 'telegram';
import type { LogLevel } from 'telegram/extensions/Logger.js';

/** Takes the lines of gramjs: `warn` for what it calls errors, `debug` for the rest. */
export type LogLine = (level: 'warn' | 'debug', message: string) => void;

/** A logger for gramjs that writes nowhere by itself and says that no level is on, so that gramjs prints nothing by itself either. */
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
    if (name !== 'debug') this.#write(name === 'error' ? 'warn' : 'debug', printable(message));
  }
}

const longest = 300;
// These lines of gramjs end in raw bytes of a message, which may hold a secret.
const rawTail = /(Received response without parent request|remaining data).*/su;

/** The text without raw bytes, cut to a length that a log line bears. */
export function printable(text: string): string {
  return text
    .replace(rawTail, '$1 […]')
    .replace(/[^\P{C}\n]/gu, '?')
    .slice(0, longest);
}
