import { isIP } from 'node:net';
import { Complaint, text, wholeNumber } from './value.js';

/** The schema of a TCP port to connect to. */
export const remotePort = wholeNumber(1, 65535);

/** The schema of an IP address, version 4 or 6. */
export const ipAddress = text({ expects: 'an IP address' }, (input) => (isIP(input) === 0 ? undefined : input));

/** The schema of an IP address or a network, such as `10.0.0.0/8`. */
export const network = text({ expects: 'an IP address, or a network such as 10.0.0.0/8' }, (input) => {
  const [address = '', bits, ...rest] = input.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  if (bits === undefined) return input;
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128) ? input : undefined;
});

const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

/** Returns whether the text is an IP address or a host name, without a port. */
export function isHost(input: string): boolean {
  return isIP(input) !== 0 || hostName.test(input);
}

/** The schema of an IP address or a host name, without a port. */
export const host = text({ expects: 'an IP address or a host name, without a port' }, (input) =>
  isHost(input) ? input : undefined,
);

/**
 * Returns whether the name is reserved for documentation (RFC 2606), so that it must be replaced.
 */
export function isExampleName(name: string): boolean {
  return /(^|\.)example\.(com|net|org)(:[0-9]+)?$/.test(name);
}

/** The schema of the URL of a page or service. */
export const webAddress = text({ expects: 'an http:// or https:// address' }, readUrl);

/** The schema of the URL of an HTTP server. Removes the trailing slash. */
export const baseUrl = text({ expects: 'an http:// or https:// address' }, (input) => {
  const url = readUrl(input);
  if (typeof url !== 'string') return url;
  const { pathname, search, hash } = new URL(url);
  if (search !== '' || hash !== '') {
    return new Complaint('The address must end with its path: remove everything from ? or #.');
  }
  const apiPath = /\/(_matrix|_synapse|_gangway|\.well-known)(\/.*)?$/i.exec(pathname)?.[0];
  if (apiPath !== undefined) return new Complaint(`Remove ${apiPath}: paths of APIs are appended to this address.`);
  return url.replace(/\/+$/, '');
});

function readUrl(input: string): string | Complaint | undefined {
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.username !== '' || url.password !== '') {
    return new Complaint('The address must not contain a user name or a password.');
  }
  if (!isExampleName(url.hostname)) return url.href;
  return new Complaint('This is still a sample value. Write the address, or remove the key.');
}

/**
 * Returns whether the name has dots and does not belong to a private network, such as that of a
 * cluster.
 */
export function isPublicName(hostname: string): boolean {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !hostname.includes('.')) return false;
  return !/\.(local|internal|lan|home\.arpa|localhost)$/.test(hostname);
}
