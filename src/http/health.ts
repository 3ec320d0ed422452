import { z } from 'zod';
import type { Clock } from '../base/clock.js';
import { withDeadline } from '../base/deadline.js';
import { SingleFlight } from '../base/single-flight.js';
import { anybody } from './bearer-auth.js';
import { endpoint } from './endpoint.js';
import { plainProblemReply } from './plain-problems.js';
import { reply } from './reply.js';
import { surface, type Surface } from './surface.js';

/** What createHealthSurface needs. */
export interface HealthDeps {
  /** Whether the daemon can do its work now; a rejection counts as no, and so does no answer within five seconds. */
  readonly ready: () => Promise<boolean>;
  readonly clock: Clock;
}

const readyWithinMs = 5_000;
const nothing = z.object({});

/** GET /_matrix/mau/live and /_matrix/mau/ready, the probes that the mautrix bridges have. */
export function createHealthSurface({ ready, clock }: HealthDeps): Surface {
  // Probes come in all the time: those that get no answer must not pile up.
  const flights = new SingleFlight();
  const isReady = async () => {
    try {
      return await withDeadline(clock, readyWithinMs, flights.run('ready', ready));
    } catch {
      return false;
    }
  };
  return surface({
    name: 'health',
    prefixes: ['/_matrix/mau'],
    authenticate: anybody,
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
