import { Failure } from '../base/failure.js';
import type { Path } from './tree.js';

/** An error or a warning about the configuration. Never contains the value of a secret. */
export interface Problem {
  /** The key, such as `telegram.api_id`. Empty if the problem concerns the whole file. */
  readonly path: string;
  /** The source of the value: `line 12`, or the name of an environment variable. */
  readonly where: string | undefined;
  /** What is wrong and what to do, in sentences. */
  readonly message: string;
}

/** A problem with one key, before its line in the file is known. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** The configuration is invalid. `problems` has all that were found. */
export type ConfigFailureDetails = {
  readonly kind: 'config_invalid';
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
};

/** Thrown by loadConfig, with all problems at once. */
export class ConfigFailure extends Failure<ConfigFailureDetails> {}
