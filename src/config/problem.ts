import { Failure } from '../base/failure.js';
import type { Path } from './tree.js';

/** Something in the configuration that must be mended (or, as a warning, looked at). Never holds the value of a secret. */
export interface Problem {
  /** The key, as `telegram.api_id`; empty where it concerns the whole file. */
  readonly path: string;
  /** Where the value came from: `line 12`, or the name of an environment variable. */
  readonly where: string | undefined;
  /** What is wrong and what to do, in sentences. */
  readonly message: string;
}

/** What is wrong with one key, before its line in the file is known. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** The configuration cannot be used; `problems` are all that were found. */
export type ConfigFault = {
  readonly kind: 'config_invalid';
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
};

/** Thrown by loadConfig, with everything that is wrong at once. */
export class ConfigFailure extends Failure<ConfigFault> {}
