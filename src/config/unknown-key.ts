import { findClosest } from './did-you-mean.js';
import { fileKeyOf } from './environment.js';
import type { Setting } from './layout.js';
import { showPath, type Path } from './tree.js';

// Keys of mautrix-telegram that have another place here, or none.
const moved: Readonly<Record<string, string>> = {
  appservice:
    'mautrix-telegram has it, Gangway has not: hostname and port are http.host and http.port here, database is database.uri, ' +
    'provisioning is a section of its own.',
  'homeserver.verify_ssl': 'Certificates are always checked.',
  'homeserver.software': 'Gangway does not need to know.',
  'accounts.enabled': 'accounts.mode replaces it (relay, embedded, or off for what was false): remove this line.',
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
export function adviceOnUnknownKey(path: Path, settings: readonly Setting[]): string {
  const advice = moved[path.join('.')];
  if (advice !== undefined) return `There is no such key. ${advice}`;
  const name = String(path.at(-1) ?? '');
  const parent = path.slice(0, -1);
  const known = settings.flatMap(({ path: key, note }) => (note.secret ? [key, fileKeyOf(key)] : [key]));
  const siblings = known.filter((key) => parent.every((part, index) => key[index] === part));
  const near = findClosest(name, [...new Set(siblings.map((key) => String(key[parent.length] ?? '')))]);
  if (near !== undefined) return `There is no such key. Did you mean ${showPath([...parent, near])}?`;
  const elsewhere = known.find((key) => key.at(-1) === name);
  if (elsewhere !== undefined) return `There is no such key here. Did you mean ${showPath(elsewhere)}?`;
  return 'There is no such key. Remove it.';
}
