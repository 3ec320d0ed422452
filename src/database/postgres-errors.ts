import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { DatabaseFailure, type DatabaseFailureDetails } from './failure.js';
import type { PostgresTarget } from './uri.js';

/** What a SQLSTATE means to the caller. */
type Meaning = 'unreachable' | 'busy' | 'access_denied' | 'database_missing' | 'server_failing';

/** Returns the failure that an error on connecting means. */
export function explainConnecting(error: unknown, target: PostgresTarget): DatabaseFailure {
  if (error instanceof DatabaseFailure) return error;
  const cause = driverError(error);
  const { server } = target;
  // If the server requests a password and the URI has none, the driver's error has no code.
  const unanswered = cause instanceof Error && cause.message.startsWith('SASL');
  const details = unanswered ? { kind: 'access_denied' as const, server } : detailsOf(sqlState(cause) ?? '', target);
  return new DatabaseFailure(details ?? { kind: 'unreachable', server }, { cause });
}

/**
 * Returns the failure that the error of a query means, or an error without the query's parameters.
 * Returns other errors unchanged.
 */
export function explainQuery(error: unknown, target: PostgresTarget): unknown {
  // TypeORM releases a broken connection. The next query in its transaction fails with this error.
  if (error instanceof QueryRunnerAlreadyReleasedError) {
    return new DatabaseFailure({ kind: 'unreachable', server: target.server }, { cause: error });
  }
  if (!(error instanceof QueryFailedError)) return error;
  const cause = driverError(error);
  const state = sqlState(cause);
  const details =
    state === undefined ? { kind: 'unreachable' as const, server: target.server } : detailsOf(state, target);
  return details ? new DatabaseFailure(details, { cause }) : new Error('a database query failed', { cause });
}

function driverError(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

/** Returns the SQLSTATE of the server, or undefined if the connection or the driver failed. */
function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : undefined;
}

/** States that differ in meaning from their class. */
const byState: Readonly<Record<string, Meaning>> = {
  '3D000': 'database_missing',
  // Read-only transaction: a standby, or default_transaction_read_only.
  '25006': 'server_failing',
  // Idle-in-transaction timeout, transaction timeout: the server has ended the connection.
  '25P03': 'unreachable',
  '25P04': 'unreachable',
  '42501': 'access_denied',
  '53300': 'unreachable',
  '57014': 'busy',
  // Shut down, crashed, starting, idle session timeout.
  '57P01': 'unreachable',
  '57P02': 'unreachable',
  '57P03': 'unreachable',
  '57P04': 'database_missing',
  '57P05': 'unreachable',
};

/** Keyed by the first two characters. Other classes are defects of queries or data. */
const byClass: Readonly<Record<string, Meaning>> = {
  // Connection exception, invalid authorization.
  '08': 'unreachable',
  '28': 'access_denied',
  // Transaction rollback, object not in prerequisite state, snapshot too old.
  '40': 'busy',
  '55': 'busy',
  '72': 'busy',
  // Insufficient resources, operator intervention, system error, configuration file error, internal
  // error (damaged data).
  '53': 'server_failing',
  '57': 'server_failing',
  '58': 'server_failing',
  F0: 'server_failing',
  XX: 'server_failing',
};

/**
 * Returns the known failure behind a SQLSTATE (PostgreSQL's appendix "PostgreSQL Error Codes"), or
 * undefined if the query itself is wrong.
 */
function detailsOf(state: string, { server, database }: PostgresTarget): DatabaseFailureDetails | undefined {
  const kind = byState[state] ?? byClass[state.slice(0, 2)];
  if (kind === undefined) return undefined;
  switch (kind) {
    case 'database_missing':
      return { kind, server, database };
    case 'server_failing':
      return { kind, server, sqlState: state };
    case 'unreachable':
    case 'access_denied':
      return { kind, server };
    case 'busy':
      return { kind };
  }
}
