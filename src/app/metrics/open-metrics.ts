import type { Audit } from '../../base/audit.js';
import type { Leases } from '../../base/leases.js';
import type { DatabaseWork } from '../../database/transactions.js';
import type { Messenger } from '../../delivery/messenger.js';
import type { SeenRequest } from '../../http/application.js';
import type { Api } from '../../http/api.js';
import type { LoginObserver } from '../../login/observe-logins.js';
import { createMetrics } from '../../observability/metrics.js';
import type { TelegramGateway } from '../../telegram/gateway.js';
import { metricDefinitions } from './definitions.js';
import { measureLeases, measureMessenger, measureTelegram } from './measured-ports.js';
import { createMetricsApi, routesOf } from './metrics-api.js';
import { scrapeDatabase, type ScrapedGaugesDeps } from './scraped-gauges.js';

/** The metrics of a daemon, as the parts that compose it use them. */
export interface DaemonMetrics {
  /** Counts the entries of the audit log. */
  readonly audit: Audit;
  readonly onLoginStep: LoginObserver;
  readonly onDatabaseWork: (work: DatabaseWork) => void;
  readonly onRequest: (request: SeenRequest) => void;
  measureTelegram(gateway: TelegramGateway, engine: string): TelegramGateway;
  measureLeases(leases: Leases): Leases;
  measureMessenger<M extends Messenger>(messenger: M): M;
  /** Reads the depth of a queue before each scrape. */
  watchQueue(queue: string, depth: () => number): void;
  scrapeDatabase(deps: Omit<ScrapedGaugesDeps, 'metrics'>): void;
  /** Returns the API for Prometheus. Requests to other APIs than these have no route. */
  serve(apis: readonly Api[]): Api;
}

/** Creates the metrics of a daemon. */
export function openMetrics(): DaemonMetrics {
  const metrics = createMetrics(metricDefinitions);
  return {
    audit: {
      record: ({ event, outcome = 'ok' }) => metrics.add('gangway_events_total', { event, outcome }),
    },
    onLoginStep: ({ step, outcome }) => metrics.add('gangway_login_steps_total', { step, outcome }),
    onDatabaseWork({ work, waitedMs, tookMs, outcome }) {
      metrics.observe('gangway_database_duration_seconds', { work, outcome }, tookMs / 1000);
      // Most reads have a connection of their own, and never wait.
      if (waitedMs > 0) metrics.observe('gangway_database_wait_seconds', { work }, waitedMs / 1000);
    },
    onRequest({ method, route = 'other', status, durationMs }) {
      metrics.add('gangway_http_requests_total', { method, route, status: String(status ?? 'aborted') });
      metrics.observe('gangway_http_request_duration_seconds', { route }, durationMs / 1000);
    },
    measureTelegram: (gateway, engine) => measureTelegram(gateway, { engine, metrics }),
    measureLeases: (leases) => measureLeases(leases, metrics),
    measureMessenger: (messenger) => measureMessenger(messenger, metrics),
    watchQueue: (queue, depth) =>
      metrics.beforeScrape(async () => metrics.set('gangway_queue_depth', { queue }, depth())),
    scrapeDatabase: (deps) => scrapeDatabase({ ...deps, metrics }),
    serve(apis) {
      metrics.allowRoutes(routesOf(apis));
      return createMetricsApi(metrics);
    },
  };
}
