import type { ServerName } from '../base/mxid.js';
import { isHost } from './network-address.js';
import { text } from './value.js';

/** Returns whether the text is a Matrix server name: a host with an optional port. */
export function isServerName(input: string): boolean {
  const [, name = '', port] = /^(\[[0-9A-Fa-f:.]+\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(input) ?? [];
  const host = name.startsWith('[') ? name.slice(1, -1) : name;
  return isHost(host) && (port === undefined || Number(port) <= 65535);
}

/** The schema of a Matrix server name. */
export const serverName = text<ServerName>({ expects: 'a server name, as after the colon of a Matrix ID' }, (input) =>
  isServerName(input) ? (input as ServerName) : undefined,
);
