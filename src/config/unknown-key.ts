import { findClosest } from './did-you-mean.js';
import { fileKeyOf } from './environment.js';
import type { Setting } from './layout.js';
import { showPath, type Path } from './tree.js';

// Keys of mautrix-telegram that are elsewhere in Gangway, or not supported.
const moved: Readonly<Record<string, string>> = {
  appservice:
    'Gangway has no such section. Use http.host and http.port for hostname and port, database.uri for ' +
    'database, and the section provisioning.',
  'homeserver.verify_ssl': 'Certificates are always checked.',
  'homeserver.software': 'Gangway does not need this key.',
  'accounts.enabled': 'accounts.mode replaces it (relay, embedded, or off for what was false): remove this line.',
  'http.hostname': 'It is http.host here.',
  'http.max_body_size': 'It is http.max_body_kilobytes here.',
  'provisioning.enabled': 'The provisioning API is always enabled.',
  'database.type': 'The type is the beginning of database.uri here: sqlite: or postgres://.',
  'database.max_open_conns': 'It is database.max_connections here.',
  'telegram.server': 'Configure another Telegram network with telegram.data_centres and telegram.public_keys.',
  'telegram.bot_token': 'Gangway has no relay bot.',
  'telegram.connection.timeout': 'It is telegram.connection.connect_timeout_seconds here.',
};

/**
 * Returns the message for an unknown key: its new location, the key that was probably meant, or
 * that it can be removed.
 */
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
