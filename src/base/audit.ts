import type { Mxid } from './mxid.js';

/** Every event of the audit log. docs/operating.md explains them. */
export const auditEvents = [
  'login.started',
  'login.succeeded',
  'login.failed',
  'login.cancelled',
  'session.ended',
  'hand_over.started',
  'hand_over.refused',
  'session.handed_over',
  'session.lease_taken',
  'session.lease_ended',
  'session.exported',
  'token.created',
  'token.revoked',
  'link.created',
  'threepid.added',
  'threepid.removed',
  'threepid.bound',
  'threepid.unbound',
  'account.created',
  'account.password_changed',
  'account.deactivated',
  'admin.request',
  'credentials.rejected',
] as const;

/** The name of an event of the audit log. */
export type AuditEvent = (typeof auditEvents)[number];

/** Every kind of actor. docs/operating.md explains them. */
export const auditActors = ['shared_secret', 'user', 'program', 'admin', 'command_line', 'client', 'gangway'] as const;

/** The sender of a request, or Gangway itself. */
export interface AuditActor {
  readonly type: (typeof auditActors)[number];
  readonly id?: string | undefined;
}

/** One entry of the audit log. */
export interface AuditEntry {
  readonly event: AuditEvent;
  /** By default the sender of the request that is being served, or Gangway if there is none. */
  readonly actor?: AuditActor | undefined;
  /** The user that the event is about. */
  readonly subject?: Mxid | undefined;
  /** `ok` by default. */
  readonly outcome?: 'ok' | 'failed' | undefined;
  /** The kind of a failure or of an end: a word from a closed union. */
  readonly reason?: string | undefined;
  /** Further facts, which must not be secrets. 3PIDs must be masked. */
  readonly details?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
}

/** The audit log: who did what. Its implementation is in observability/. */
export interface Audit {
  /** Writes an entry. Never throws: an entry that cannot be written is reported in the log. */
  record(entry: AuditEntry): void;
}
