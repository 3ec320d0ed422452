import { isIP } from 'node:net';
import type { ServerName } from './mxid.js';

/** What a server name consists of. */
export interface ServerNameParts {
  /** A DNS name in lower case or an IP address, that of version 6 in brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly isAddress: boolean;
}

const maxLength = 255;
const grammar = /^(?<host>[0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]{2,45}\])(?::(?<port>[0-9]{1,5}))?$/;

/**
 * Returns the text as a server name that one can connect to, or undefined if it is none (Matrix
 * appendices, "Server Name").
 */
export function parseServerName(text: string): ServerName | undefined {
  return splitServerName(text) === undefined ? undefined : (text as ServerName);
}

/** Returns the parts of a server name, or undefined if the text is none. */
export function splitServerName(text: string): ServerNameParts | undefined {
  const { host = '', port } = (text.length <= maxLength && grammar.exec(text)?.groups) || {};
  const url = `http://${host}`;
  if (host === '' || !URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  const isAddress = isIP(hostname) !== 0 || hostname.startsWith('[');
  // URLs take more for an address of version 4 than anybody else: 127.1, 0x7f000001.
  if (isAddress && !host.startsWith('[') && host !== hostname) return undefined;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return { host: hostname, port: port === undefined ? undefined : Number(port), isAddress };
}
