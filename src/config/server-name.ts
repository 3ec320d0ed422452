import type { ServerName } from '../base/mxid.js';
import { isHost } from './network-address.js';
import { text } from './value.js';

/** Whether the text is a Matrix server name: a host, and a port where there is one. */
export function isServerName(input: string): boolean {
  const [, name = '', port] = /^(\[[0-9A-Fa-f:.]+\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(input) ?? [];
  const host = name.startsWith('[') ? name.slice(1, -1) : name;
  return isHost(host) && (port === undefined || Number(port) <= 65535);
}

/** A Matrix server name. */
export const serverName = text<ServerName>({ expects: 'a server name, as after the colon of a Matrix ID' }, (input) =>
  isServerName(input) ? (input as ServerName) : undefined,
);
