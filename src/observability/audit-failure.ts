import { Failure } from '../base/failure.js';

/** The audit log cannot be opened. `reason` is the code of the operating system. */
export interface AuditFailureDetails {
  readonly kind: 'audit_file_unusable';
  readonly path: string;
  readonly reason: string;
}

/** Thrown when the audit log is opened. */
export class AuditFailure extends Failure<AuditFailureDetails> {}
