import type { Audit, AuditActor, AuditEntry } from '../base/audit.js';
import type { CallerScope } from '../base/caller.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { escapeControls } from './line.js';
import { redactFields } from './redact.js';

export interface AuditLogDeps {
  /** Writes one line, which ends in a line break. May throw. */
  readonly write: (line: string) => void;
  readonly scope: Pick<CallerScope, 'current'>;
  /** The actor of entries outside of requests. */
  readonly inBackground: AuditActor;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Returns the audit log: one JSON object a line, redacted like the log. */
export function createAuditLog({ write, scope, inBackground, clock, logger }: AuditLogDeps): Audit {
  return {
    record(entry) {
      try {
        const caller = scope.current();
        const actor = entry.actor ?? caller?.actor() ?? inBackground;
        write(`${lineOf({ ...entry, actor }, caller, clock.now())}\n`);
      } catch (error) {
        logger.error('audit entry not written', { event: entry.event, error });
      }
    },
  };
}

function lineOf(
  { event, actor, subject, outcome = 'ok', reason, details }: AuditEntry & { readonly actor: AuditActor },
  caller: ReturnType<CallerScope['current']>,
  atMs: number,
): string {
  const fields = redactFields({
    actor: actor.type,
    actor_id: actor.id,
    subject,
    outcome,
    reason,
    ...details,
    request_id: caller?.requestId,
    client_address: caller?.clientAddress,
  });
  return escapeControls(JSON.stringify({ timestamp: new Date(atMs).toISOString(), audit: event, ...fields }));
}
