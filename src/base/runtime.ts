import type { Clock } from './clock.js';
import type { Logger } from './logger.js';
import type { Random } from './random.js';

/** The time, the randomness and the log of a daemon. Tests pass their own. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}
