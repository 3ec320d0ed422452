import type { AccountAuthority } from '../accounts/authority.js';
import type { Audit, AuditActor } from '../base/audit.js';
import type { CallerScope } from '../base/caller.js';
import type { Clock } from '../base/clock.js';
import { isFailure } from '../base/failure.js';
import type { Logger } from '../base/logger.js';
import { parseMxid } from '../base/mxid.js';
import type { Config } from '../config/config.js';
import type { Endpoint } from '../http/endpoint.js';
import type { Api } from '../http/api.js';
import type { LoginObservation } from '../login/observe-logins.js';
import { AuditFailure } from '../observability/audit-failure.js';
import { openAppendedFile, type AppendedFile } from '../observability/audit-file.js';
import { createAuditLog } from '../observability/audit-log.js';
import { createCallerScope } from '../observability/caller-scope.js';

/** The audit log of a daemon or of a command. */
export interface OpenedAudit {
  readonly audit: Audit;
  readonly callers: CallerScope;
  close(): void;
}

/**
 * Opens the audit log in the configuration. Returns undefined if there is none. Throws AuditFailure
 * if its file cannot be written. `inBackground` is the actor outside of requests. A command does
 * not write to standard output.
 */
export function openAudit(
  { output, file }: Config['logging']['audit'],
  inBackground: AuditActor & { readonly type: 'gangway' | 'command_line' },
  runtime: { readonly clock: Clock; readonly logger: Logger },
): OpenedAudit | undefined {
  const isCommand = inBackground.type === 'command_line';
  if (output === 'off' || (output === 'stdout' && isCommand)) return undefined;
  const log = output === 'stdout' ? standardOutput : openFile(file);
  const callers = createCallerScope();
  return {
    audit: createAuditLog({ write: (line) => log.append(line), scope: callers, inBackground, ...runtime }),
    callers,
    close: () => log.close(),
  };
}

const standardOutput: AppendedFile = {
  append: (text) => void process.stdout.write(text),
  close: () => undefined,
};

function openFile(path: string): AppendedFile {
  try {
    return openAppendedFile(path);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new AuditFailure({ kind: 'audit_file_unusable', path, reason }, { cause: error });
  }
}

/**
 * Records a step of a login to Telegram. A login that was completed is recorded by the database.
 */
export function auditLogin(audit: Audit, { owner: subject, step, outcome }: LoginObservation): void {
  if (outcome !== 'next' && outcome !== 'complete') {
    return audit.record({ event: 'login.failed', subject, outcome: 'failed', reason: outcome, details: { step } });
  }
  if (step === 'start') audit.record({ event: 'login.started', subject });
  if (step === 'cancel') audit.record({ event: 'login.cancelled', subject });
}

/**
 * Returns the authority, whose failed logins are recorded. The database records a login that
 * succeeded, unless the homeserver keeps the accounts.
 */
export function auditMatrixLogins(authority: AccountAuthority, isRelay: boolean, audit: Audit): AccountAuthority {
  const details = { kind: 'matrix' };
  return {
    ...authority,
    async logIn(attempt) {
      try {
        const grant = await authority.logIn(attempt);
        const { mxid: subject, deviceId } = grant;
        if (isRelay) audit.record({ event: 'token.created', subject, details: { ...details, device_id: deviceId } });
        return grant;
      } catch (error) {
        audit.record({ event: 'token.created', outcome: 'failed', reason: reasonOf(error), details });
        throw error;
      }
    },
  };
}

/** Returns the same API, whose authenticated requests are recorded, reads included. */
export function auditRequests(api: Api, audit: Audit): Api {
  const audited = (endpoint: Endpoint): Endpoint => ({
    ...endpoint,
    async run(request) {
      const { user_id: user } = request.params;
      const entry = {
        event: 'admin.request',
        subject: user === undefined ? undefined : parseMxid(user),
        details: { operation: endpoint.name, ...targetOf(request.params) },
      } as const;
      try {
        const reply = await endpoint.run(request);
        audit.record(entry);
        return reply;
      } catch (error) {
        audit.record({ ...entry, outcome: 'failed', reason: reasonOf(error) });
        throw error;
      }
    },
  });
  return { ...api, endpoints: api.endpoints.map(audited) };
}

/** Returns the login or the login process that the path names, unless it has another form. */
function targetOf(params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = ['telegram_user_id', 'login_id'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = params[name];
      return value !== undefined && /^[\w-]{1,64}$/.test(value) ? [[name, value]] : [];
    }),
  );
}

function reasonOf(error: unknown): string {
  return isFailure(error) ? error.details.kind : 'defect';
}
