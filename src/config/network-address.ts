import { isIP } from 'node:net';
import { Complaint, text, wholeNumber } from './value.js';

/** A TCP port that one can connect to. */
export const remotePort = wholeNumber(1, 65535);

/** An IP address, version 4 or 6. */
export const ipAddress = text({ expects: 'an IP address' }, (input) => (isIP(input) === 0 ? undefined : input));

/** An IP address or a network, as `10.0.0.0/8`. */
export const network = text({ expects: 'an IP address, or a network such as 10.0.0.0/8' }, (input) => {
  const [address = '', bits, ...rest] = input.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  if (bits === undefined) return input;
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128) ? input : undefined;
});

const hostName =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

/** Whether the text is an IP address or a host name, without a port. */
export function isHost(input: string): boolean {
  return isIP(input) !== 0 || hostName.test(input);
}

/** An IP address or a host name, without a port. */
export const host = text({ expects: 'an IP address or a host name, without a port' }, (input) =>
  isHost(input) ? input : undefined,
);

/** Whether the name is one that documentation uses (RFC 2606), and so was never replaced. */
export function isExampleName(name: string): boolean {
  return /(^|\.)example\.(com|net|org)(:[0-9]+)?$/.test(name);
}

/** The address of a page or service, as a browser would write it. */
export const webAddress = text({ expects: 'an http:// or https:// address' }, readUrl);

/** The address of an HTTP server, without a slash at the end. */
export const baseUrl = text({ expects: 'an http:// or https:// address' }, (input) => {
  const url = readUrl(input);
  if (typeof url !== 'string') return url;
  const { pathname, search, hash } = new URL(url);
  if (search !== '' || hash !== '') return new Complaint('The address must end with its path: nothing after ? or #.');
  const apiPath = /\/(_matrix|_synapse|_gangway|\.well-known)(\/.*)?$/i.exec(pathname)?.[0];
  if (apiPath !== undefined) return new Complaint(`Leave out ${apiPath}: paths of APIs are appended to this address.`);
  return url.replace(/\/+$/, '');
});

function readUrl(input: string): string | Complaint | undefined {
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.username !== '' || url.password !== '') {
    return new Complaint('The address must not hold a user name or a password.');
  }
  if (!isExampleName(url.hostname)) return url.href;
  return new Complaint('This is still a sample value. Write the address, or leave the key out.');
}

/** Whether it is a name with dots that is not of a private network, such as that of a cluster. */
export function isPublicName(hostname: string): boolean {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !hostname.includes('.')) return false;
  return !/\.(local|internal|lan|home\.arpa|localhost)$/.test(hostname);
}
