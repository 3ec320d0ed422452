import { allowAnonymous } from '../../http/bearer-auth.js';
import { endpoint } from '../../http/endpoint.js';
import { plainProblemReply } from '../../http/plain-problems.js';
import { type Api, defineApi } from '../../http/api.js';
import type { Metrics } from '../../observability/metrics.js';
import type { GangwayMetrics } from './definitions.js';

/** GET /metrics, for Prometheus. It has no credentials: it needs a listener of its own. */
export function createMetricsApi(metrics: Pick<Metrics<GangwayMetrics>, 'render'>): Api {
  return defineApi({
    name: 'metrics',
    prefixes: [''],
    authenticate: allowAnonymous,
    accessLevel: 'debug',
    problem: plainProblemReply,
    failure: () => undefined,
    endpoints: [
      endpoint({
        name: 'metrics',
        method: 'GET',
        path: '/metrics',
        params: {},
        access: 'public',
        summary: 'The metrics in the text format of Prometheus',
        replies: { 200: { description: 'The metrics', page: true } },
        errors: {},
        handler: async () => {
          const { text, contentType: type } = await metrics.render();
          return { status: 200, file: { bytes: Buffer.from(text), type } } as const;
        },
      }),
    ],
  });
}

/** Returns the routes of these APIs, as the metrics name them. */
export function routesOf(apis: readonly Api[]): readonly string[] {
  const routes = apis.flatMap(({ prefixes: [first], endpoints }) => endpoints.map(({ path }) => `${first}${path}`));
  return [...new Set([...routes, 'other'])];
}
