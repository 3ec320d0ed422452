import { auditEvents } from '../../base/audit.js';
import type { MetricDefinitions } from '../../observability/metrics.js';
import {
  databaseOutcomes,
  handOverStates,
  httpMethods,
  httpStatuses,
  loginOutcomes,
  loginSteps,
  messageKinds,
  messageOutcomes,
  sessionHolders,
  telegramMethods,
  telegramResults,
} from './label-values.js';

/** Upper bounds in seconds. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const callBuckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30];
const databaseBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** Every metric, besides those of the process. */
export const metricDefinitions = {
  gangway_http_requests_total: {
    type: 'counter',
    help: 'HTTP requests by route and status. Routes are templates, never paths.',
    labels: { method: httpMethods, route: 'routes', status: httpStatuses },
  },
  gangway_http_request_duration_seconds: {
    type: 'histogram',
    help: 'Duration of HTTP requests by route. Some requests wait on purpose, such as those for a QR code.',
    labels: { route: 'routes' },
    buckets: requestBuckets,
  },
  gangway_login_steps_total: {
    type: 'counter',
    help: 'Steps of login processes to Telegram: next, complete, or the kind of the failure.',
    labels: { step: loginSteps, outcome: loginOutcomes },
  },
  gangway_events_total: {
    type: 'counter',
    help: 'Events as in the audit log, whether or not it is enabled.',
    labels: { event: [...auditEvents, 'other'], outcome: ['ok', 'failed', 'other'] },
  },
  gangway_telegram_call_duration_seconds: {
    type: 'histogram',
    help: 'Duration of calls to Telegram by method and result.',
    labels: { method: telegramMethods, result: telegramResults },
    buckets: callBuckets,
  },
  gangway_telegram_connections: {
    type: 'gauge',
    help: 'Live connections to Telegram.',
    labels: { engine: ['gramjs', 'mtcute', 'other'] },
  },
  gangway_connection_leases: {
    type: 'gauge',
    help: 'Leases of connections that this daemon holds. On SQLite there are none to share.',
    labels: {},
  },
  gangway_connection_lease_events_total: {
    type: 'counter',
    help: 'Leases of connections: acquired, requested by another daemon, or lost (all at once).',
    labels: { event: ['acquired', 'requested', 'lost', 'failed', 'other'] },
  },
  gangway_connection_lease_wait_seconds: {
    type: 'histogram',
    help: 'Time until a lease of a connection was acquired.',
    labels: {},
    buckets: callBuckets,
  },
  gangway_database_duration_seconds: {
    type: 'histogram',
    help: 'Duration of transactions and reads, without the wait for a connection.',
    labels: { work: ['transaction', 'read', 'other'], outcome: databaseOutcomes },
    buckets: databaseBuckets,
  },
  gangway_database_wait_seconds: {
    type: 'histogram',
    help: 'Time that transactions and reads waited for their turn, if they had to.',
    labels: { work: ['transaction', 'read', 'other'] },
    buckets: databaseBuckets,
  },
  gangway_messages_total: {
    type: 'counter',
    help: 'Mails and codes by kind and outcome.',
    labels: { kind: messageKinds, outcome: messageOutcomes },
  },
  gangway_queue_depth: {
    type: 'gauge',
    help: 'Work that waits in this daemon: for a connection to Telegram, the database, or a password hash.',
    labels: { queue: ['telegram_connections', 'database', 'password_hashes', 'other'] },
  },
  gangway_outbox_depth: {
    type: 'gauge',
    help: 'Entries of the outboxes in the database, shared by all daemons.',
    labels: { outbox: ['hand_overs', 'webhooks', 'invites', 'login_cleanups', 'other'] },
  },
  gangway_outbox_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest entry of each outbox; 0 if it is empty.',
    labels: { outbox: ['hand_overs', 'webhooks', 'invites', 'login_cleanups', 'other'] },
  },
  gangway_hand_overs: {
    type: 'gauge',
    help: 'Hand-overs to the bridge in the database, by state.',
    labels: { state: handOverStates },
  },
  gangway_linked_accounts: {
    type: 'gauge',
    help: 'Linked Telegram accounts in the database, by the holder of their session.',
    labels: { holder: sessionHolders },
  },
} as const satisfies MetricDefinitions;

/** The metrics of a daemon. */
export type GangwayMetrics = typeof metricDefinitions;

/** The metrics of the process that are documented, and that alerts may use. */
export const processMetrics = [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_open_fds',
  'process_max_fds',
  'process_start_time_seconds',
  'nodejs_eventloop_lag_seconds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_gc_duration_seconds',
  'nodejs_heap_size_used_bytes',
] as const;
