import type { Clock } from '../base/clock.js';
import type { Random } from '../base/random.js';
import type { Environment } from '../config/environment.js';
import type { SignalSource } from '../lifecycle.js';
import type { Terminal } from './terminal.js';

/** The environment of a command. */
export interface CliContext {
  /** Writes text unchanged to standard output. */
  readonly out: (text: string) => void;
  /** Writes text unchanged to standard error. */
  readonly err: (text: string) => void;
  /** The terminal for questions. */
  readonly terminal: Terminal;
  readonly env: Environment;
  /** The folder that relative paths on the command line start from. */
  readonly folder: string;
  /** The source of SIGTERM, SIGINT and uncaught errors. */
  readonly signals: SignalSource;
  readonly clock: Clock;
  readonly random: Random;
}
