import type { Clock } from '../base/clock.js';
import type { Random } from '../base/random.js';
import type { Environment } from '../config/environment.js';
import type { SignalSource } from '../lifecycle.js';
import type { Terminal } from './terminal.js';

/** What a command has of the world around its process. */
export interface Surroundings {
  /** Writes text as it is to standard output. */
  readonly out: (text: string) => void;
  /** Writes text as it is to standard error. */
  readonly err: (text: string) => void;
  /** Where a person can be asked. */
  readonly terminal: Terminal;
  readonly env: Environment;
  /** The folder that relative paths on the command line start from. */
  readonly folder: string;
  /** Where SIGTERM, SIGINT and uncaught errors are heard. */
  readonly signals: SignalSource;
  readonly clock: Clock;
  readonly random: Random;
}
