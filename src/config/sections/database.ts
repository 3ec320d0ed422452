import { resolve } from 'node:path';
import { Secret } from '../../base/secret.js';
import { group, withDefault } from '../setting.js';
import { Complaint, secretText, wholeNumber } from '../value.js';

const forms =
  'Write sqlite:gangway.db (a file beside this one), sqlite:/path/to/gangway.db, or postgres://user:password@host/database.';

const uri = secretText({ expects: 'sqlite:<file> or postgres://user:password@host/database' }, (input) => {
  const [, scheme, rest = ''] = /^([A-Za-z0-9+.]+):(.*)$/s.exec(input) ?? [];
  switch (scheme) {
    case 'sqlite':
      // Some programs read sqlite:///name as a relative path, RFC 8089 file URIs as an absolute
      // one.
      if (rest.startsWith('//')) return new Complaint(`sqlite: must not be followed by two slashes. ${forms}`);
      if (/^(file:)?:memory:|mode=memory/.test(rest)) {
        return new Complaint(`A database in memory loses all logins when Gangway stops. ${forms}`);
      }
      return rest === '' ? new Complaint(`The file is missing after sqlite:. ${forms}`) : true;
    case 'postgres':
    case 'postgresql':
      return checkPostgres(input);
    default:
      return new Complaint(`This is not a supported database. ${forms}`);
  }
});

function checkPostgres(input: string): Complaint | true {
  if (/^postgres(ql)?:\/\/user(name)?:password@host(name)?\/(database|dbname)/.test(input)) {
    return new Complaint('This is still a sample value. Write the user, password, host and name of your database.');
  }
  if (!URL.canParse(input)) {
    return new Complaint(
      'This is not a URI. Characters such as @ : / # % ? in the password must be percent-encoded, as %40 for @.',
    );
  }
  if (new URL(input).pathname.length > 1) return true;
  return new Complaint(`The name of the database at the end is missing. ${forms}`);
}

/** Returns the URI with a relative SQLite path resolved against `folder`. */
export function anchoredUri(written: Secret, folder: string): Secret {
  const path = /^sqlite:(.*)$/s.exec(written.reveal())?.[1];
  return path === undefined ? written : new Secret(`sqlite:${resolve(folder, path)}`);
}

/** The database. */
export const database = group(
  'The database.',
  {
    uri: withDefault(
      uri,
      'sqlite:gangway.db',
      'sqlite:<file> (relative to this configuration file) or postgres://user:password@host/database.',
    ),
    max_connections: withDefault(wholeNumber(1, 1000), '10', 'The maximum number of connections. PostgreSQL only.'),
  },
  (keys) => ({ uri: keys.uri, maxConnections: keys.max_connections }),
);
