import { Secret } from '../../base/secret.js';
import { group, withDefault } from '../setting.js';
import { Complaint, text, wholeNumber } from '../value.js';

/** Which database, and how to reach it. */
export type DatabaseLocation =
  /** A file, or `:memory:`. */
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly uri: Secret };

const forms =
  'Write sqlite:gangway.db (a file beside this one), sqlite:/path/to/gangway.db, or postgres://user:password@host/database.';

const databaseUri = text<DatabaseLocation>(
  { expects: 'sqlite:<file> or postgres://user:password@host/database', secret: true },
  (input) => {
    const [, scheme, rest = ''] = /^([A-Za-z0-9+.]+):(.*)$/s.exec(input) ?? [];
    switch (scheme) {
      case 'sqlite':
        if (rest.startsWith('//'))
          return new Complaint(`Slashes after sqlite: mean different things to different programs. ${forms}`);
        return rest === ''
          ? new Complaint(`The file is missing after sqlite:. ${forms}`)
          : { kind: 'sqlite', path: rest };
      case 'postgres':
      case 'postgresql':
        return readPostgres(input);
      default:
        return new Complaint(`This does not name a database that Gangway knows. ${forms}`);
    }
  },
);

function readPostgres(input: string): DatabaseLocation | Complaint {
  const sample = /^postgres(ql)?:\/\/(user|username):password@(host|hostname)\/(database|dbname)/;
  if (sample.test(input))
    return new Complaint('This is still a sample value. Write the user, password, host and name of your database.');
  if (!URL.canParse(input) && !/^postgres(ql)?:\/\//.test(input)) return new Complaint(`This is not a URI. ${forms}`);
  if (!URL.canParse(input)) {
    return new Complaint(
      'This is not a URI. Characters such as @ : / # % ? in the password must be percent-encoded (%40 for @).',
    );
  }
  const url = new URL(input);
  if (url.pathname.length < 2) return new Complaint(`The name of the database is missing at the end. ${forms}`);
  return { kind: 'postgres', uri: new Secret(input) };
}

/** Where logins are kept. */
export const database = group(
  'Where logins are kept.',
  {
    uri: withDefault(
      databaseUri,
      'sqlite:gangway.db',
      'sqlite:<file> (a relative one lies beside this configuration file) or postgres://user:password@host/database.',
    ),
    max_connections: withDefault(wholeNumber(1, 1000), '10', 'The most connections at a time. PostgreSQL only.'),
  },
  (keys) => ({ location: keys.uri, maxConnections: keys.max_connections }),
);
