import { z } from 'zod';
import type { Clock } from '../base/clock.js';
import { withDeadline } from '../base/deadline.js';
import type { Logger } from '../base/logger.js';
import { SingleFlight } from '../base/single-flight.js';
import { allowAnonymous } from './bearer-auth.js';
import { endpoint } from './endpoint.js';
import { plainProblemReply } from './plain-problems.js';
import { reply } from './reply.js';
import { type Api, defineApi } from './api.js';

export interface HealthDeps {
  /**
   * Rejects if the daemon cannot do its work now. If it does not settle within five seconds, that
   * counts as a rejection.
   */
  readonly checkReady: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const readyWithinMs = 5_000;
/**
 * The probe is public and writes to the database: more requests than one in this time share its
 * answer.
 */
const readyForMs = 1_000;
const nothing = z.object({});

/** GET /_matrix/mau/live and /_matrix/mau/ready, the probes that the mautrix bridges have. */
export function createHealthApi({ checkReady, clock, logger }: HealthDeps): Api {
  const isReady = createReadiness({ checkReady, clock, logger });
  return defineApi({
    name: 'health',
    prefixes: ['/_matrix/mau'],
    authenticate: allowAnonymous,
    accessLevel: 'debug',
    problem: plainProblemReply,
    failure: () => undefined,
    endpoints: [
      endpoint({
        name: 'live',
        method: 'GET',
        path: '/live',
        params: {},
        access: 'public',
        summary: 'Whether the daemon runs',
        replies: { 200: { description: 'It runs', schema: nothing } },
        errors: {},
        handler: () => Promise.resolve(reply(200, {})),
      }),
      endpoint({
        name: 'ready',
        method: 'GET',
        path: '/ready',
        params: {},
        access: 'public',
        summary: 'Whether the daemon can do its work',
        replies: {
          200: { description: 'It can', schema: nothing },
          503: { description: 'It cannot now', schema: nothing },
        },
        errors: {},
        handler: async () => ((await isReady()) ? reply(200, {}) : reply(503, {})),
      }),
    ],
  });
}

/**
 * Returns whether the daemon is ready, as found out at most one second ago. Logs each change with
 * its reason.
 */
function createReadiness({ checkReady, clock, logger }: HealthDeps): () => Promise<boolean> {
  const flights = new SingleFlight();
  let last = { isReady: true, until: -Infinity };

  const conclude = (error: unknown, isReady: boolean) => {
    if (isReady && !last.isReady) logger.info('ready again');
    if (!isReady && last.isReady) logger.error('not ready', { error });
    last = { isReady, until: clock.now() + readyForMs };
    return isReady;
  };
  const check = () =>
    checkReady().then(
      () => conclude(undefined, true),
      (error: unknown) => conclude(error, false),
    );

  return async () => {
    if (clock.now() < last.until) return last.isReady;
    try {
      return await withDeadline(clock, readyWithinMs, flights.run('ready', check));
    } catch (error) {
      return conclude(error, false);
    }
  };
}
