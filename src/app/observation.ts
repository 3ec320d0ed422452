import type { Audit } from '../base/audit.js';
import type { CallerScope } from '../base/caller.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/config.js';
import type { LoginObserver } from '../login/observe-logins.js';
import { createRejectedCredentials, type RejectedCredentials } from '../observability/rejected-credentials.js';
import { auditLogin, openAudit } from './audit.js';
import type { DaemonMetrics } from './metrics/open-metrics.js';

/** What observes a daemon: the audit log and the metrics. */
export interface Observation {
  /** Receives each entry of the audit log. Undefined if nothing does. */
  readonly audit: Audit | undefined;
  /** Undefined if nothing names callers. */
  readonly callers: CallerScope | undefined;
  readonly onLoginStep: LoginObserver | undefined;
  /** Undefined if rejected credentials are not recorded. */
  readonly rejected: RejectedCredentials | undefined;
  /** Undefined if metrics are disabled. */
  readonly metrics: DaemonMetrics | undefined;
  close(): Promise<void>;
}

/** Opens the audit log and the metrics in the configuration. Throws AuditFailure. */
export async function openObservation(
  config: Pick<Config, 'logging' | 'metrics'>,
  runtime: { readonly clock: Clock; readonly logger: Logger },
): Promise<Observation> {
  const log = openAudit(config.logging.audit, { type: 'gangway' }, runtime);
  const metrics = config.metrics.enabled ? await loadMetrics() : undefined;
  const audits = [log?.audit, metrics?.audit].filter((audit) => audit !== undefined);
  const audit = audits.length > 0 ? { record: toEach(audits) } : undefined;
  const rejected = audit && createRejectedCredentials(audit, runtime.clock);
  return {
    audit,
    callers: log?.callers,
    onLoginStep: audit && observerOf(audit, metrics),
    rejected,
    metrics,
    async close() {
      await rejected?.close();
      log?.close();
    },
  };
}

/** The library is loaded only if it is used. */
async function loadMetrics(): Promise<DaemonMetrics> {
  const { openMetrics } = await import('./metrics/open-metrics.js');
  return openMetrics();
}

const toEach =
  (audits: readonly Audit[]): Audit['record'] =>
  (entry) =>
    audits.forEach((audit) => audit.record(entry));

const observerOf =
  (audit: Audit, metrics: DaemonMetrics | undefined): LoginObserver =>
  (observation) => {
    auditLogin(audit, observation);
    metrics?.onLoginStep(observation);
  };
