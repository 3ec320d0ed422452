import type { Secret } from '../base/secret.js';
import { DatabaseFailure } from './failure.js';

/** A SQLite file, or a database in memory that is lost when it closes. */
export interface SqliteTarget {
  readonly kind: 'sqlite';
  readonly path: string;
  readonly inMemory: boolean;
}

/** A PostgreSQL database. `server` and `database` may be shown, `uri` may not. */
export interface PostgresTarget {
  readonly kind: 'postgres';
  readonly uri: Secret;
  readonly server: string;
  readonly database: string;
}

/**
 * Parses `sqlite:path`, `sqlite::memory:` or `postgres://...` (`postgresql://` too). Throws
 * DatabaseFailure uri_invalid.
 */
export function parseDatabaseUri(uri: Secret): SqliteTarget | PostgresTarget {
  const text = uri.reveal();
  if (text.startsWith('sqlite:')) return parseSqlite(text.slice('sqlite:'.length));
  if (/^postgres(ql)?:\/\//.test(text)) return parsePostgres(uri);
  throw invalid('The database URI must start with sqlite: or postgres://.');
}

function parseSqlite(path: string): SqliteTarget {
  if (path === '') throw invalid('The path of the SQLite file is missing after sqlite:.');
  // Other programs read sqlite:///name as a relative path, and RFC 8089 file URIs as an absolute
  // one.
  if (path.startsWith('//')) {
    throw invalid('Write the SQLite file without slashes after sqlite:, as in sqlite:/data/name.db.');
  }
  return { kind: 'sqlite', path, inMemory: path === ':memory:' };
}

function parsePostgres(uri: Secret): PostgresTarget {
  if (!URL.canParse(uri.reveal()) || !isPercentEncoded(uri.reveal())) {
    throw invalid(
      'The PostgreSQL URI cannot be read; special characters in user and password must be percent-encoded.',
    );
  }
  const url = new URL(uri.reveal());
  const database = url.pathname.slice(1);
  if (database === '') throw invalid('The PostgreSQL URI names no database: write one after the last slash.');
  const host = url.hostname === '' ? (url.searchParams.get('host') ?? 'localhost') : url.hostname;
  return { kind: 'postgres', uri, server: `${host}:${url.port === '' ? '5432' : url.port}`, database };
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(problem: string): DatabaseFailure {
  return new DatabaseFailure({ kind: 'uri_invalid', problem });
}
