import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { DatabaseFailure, type DatabaseFault } from './failure.js';
import type { PostgresTarget } from './uri.js';

/** What the error of an attempt to connect stands for. */
export function explainConnecting(error: unknown, target: PostgresTarget): DatabaseFailure {
  if (error instanceof DatabaseFailure) return error;
  const cause = driverError(error);
  const { server } = target;
  // The driver's own complaint about a password that the server asks for and the URI lacks has no code.
  const unanswered = cause instanceof Error && cause.message.startsWith('SASL');
  const fault = unanswered ? { kind: 'access_denied' as const, server } : faultOf(sqlState(cause) ?? '', target);
  return new DatabaseFailure(fault ?? { kind: 'unreachable', server }, { cause });
}

/** What the error of a query stands for: a known failure, or an error without the query's parameters. Other errors stay what they are. */
export function explainQuery(error: unknown, target: PostgresTarget): unknown {
  // TypeORM releases a connection as soon as it breaks, so this is what the next query in its transaction meets.
  if (error instanceof QueryRunnerAlreadyReleasedError) {
    return new DatabaseFailure({ kind: 'unreachable', server: target.server }, { cause: error });
  }
  if (!(error instanceof QueryFailedError)) return error;
  const cause = driverError(error);
  const state = sqlState(cause);
  const fault = state === undefined ? { kind: 'unreachable' as const, server: target.server } : faultOf(state, target);
  return fault ? new DatabaseFailure(fault, { cause }) : new Error('a database query failed', { cause });
}

function driverError(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

/** The five characters by which the server itself says what went wrong; none where the connection or the driver failed. */
function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : undefined;
}

/** By PostgreSQL's appendix "PostgreSQL Error Codes". */
function faultOf(state: string, target: PostgresTarget): DatabaseFault | undefined {
  const { server, database } = target;
  switch (state) {
    case '3D000':
      return { kind: 'database_missing', server, database };
    case '42501':
      return { kind: 'access_denied', server };
    // Serialization failure, deadlock, lock not available, statement timeout.
    case '40001':
    case '40P01':
    case '55P03':
    case '57014':
      return { kind: 'busy' };
    // Idle-in-transaction timeout, too many connections, server shut down, crashed or starting.
    case '25P03':
    case '53300':
    case '57P01':
    case '57P02':
    case '57P03':
      return { kind: 'unreachable', server };
    default:
  }
  if (state.startsWith('08')) return { kind: 'unreachable', server };
  if (state.startsWith('28')) return { kind: 'access_denied', server };
  return undefined;
}
