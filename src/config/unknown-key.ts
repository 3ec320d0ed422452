import { findClosest } from './did-you-mean.js';
import type { Setting } from './layout.js';

// Keys of mautrix-telegram that have another place here, or none.
const moved: Readonly<Record<string, string>> = {
  appservice:
    'mautrix-telegram has it, Gangway has not: hostname and port are http.host and http.port here, database is database.uri, ' +
    'provisioning is a section of its own.',
  'homeserver.verify_ssl': 'Certificates are always checked.',
  'homeserver.software': 'Gangway does not need to know.',
  'http.hostname': 'It is http.host here.',
  'http.max_body_size': 'It is http.max_body_kilobytes here.',
  'provisioning.enabled': 'The provisioning API is what Gangway is for: it is always on.',
  'database.type': 'The type is the beginning of database.uri here: sqlite: or postgres://.',
  'database.max_open_conns': 'It is database.max_connections here.',
  'telegram.server': 'Another Telegram network is given with telegram.data_centres and telegram.public_keys here.',
  'telegram.bot_token': 'Gangway has no relay bot.',
  'telegram.connection.timeout': 'It is telegram.connection.connect_timeout_seconds here.',
};

/** What to say of a key that nothing reads: where it belongs, what it was probably meant to be, or to remove it. */
export function adviceOnUnknownKey(path: readonly string[], settings: readonly Setting[]): string {
  const shown = path.join('.');
  const advice = moved[shown];
  if (advice !== undefined) return `There is no such key. ${advice}`;
  const name = path.at(-1) ?? '';
  const parent = path.slice(0, -1);
  const paths = settings.flatMap(({ path: known, note }) =>
    note.secret ? [known, [...known.slice(0, -1), `${known.at(-1)}_file`]] : [known],
  );
  const siblings = new Set(
    paths
      .filter((known) => parent.every((key, index) => known[index] === key))
      .map((known) => known[parent.length] ?? ''),
  );
  const near = findClosest(name, [...siblings]);
  if (near !== undefined) return `There is no such key. Did you mean ${[...parent, near].join('.')}?`;
  const elsewhere = paths.find((known) => known.at(-1) === name);
  if (elsewhere !== undefined) return `There is no such key here. Did you mean ${elsewhere.join('.')}?`;
  return 'There is no such key. Remove it.';
}
