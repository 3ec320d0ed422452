import { isHost } from '../network-address.js';
import { group, optional, required } from '../setting.js';
import { Complaint, text } from '../value.js';

/** Whether the name is one that documentation uses (RFC 2606), and so was never replaced. */
export function isExampleName(name: string): boolean {
  return /(^|\.)example\.(com|net|org)(:[0-9]+)?$/.test(name);
}

const todo = 'Write the server name of your homeserver: what comes after the colon in the Matrix IDs of your users.';

/** Whether the text is a Matrix server name: a host, and a port where there is one. */
export function isServerName(input: string): boolean {
  const [, name = '', port] = /^(\[[0-9A-Fa-f:.]+\]|[^:]*)(?::([0-9]{1,5}))?$/.exec(input) ?? [];
  const host = name.startsWith('[') ? name.slice(1, -1) : name;
  return isHost(host) && (port === undefined || Number(port) <= 65535);
}

const serverName = text(
  { expects: 'a server name such as the part after the colon of a Matrix ID', samples: ['example.com'], todo },
  (input) => {
    if (/^https?:\/\//.test(input)) {
      return new Complaint(`${JSON.stringify(input)} is an address. ${todo} Its address goes to homeserver.address.`);
    }
    return isServerName(input) ? input : undefined;
  },
);

const address = text({ expects: 'an http:// or https:// address' }, (input) => {
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.username !== '' || url.password !== '') {
    return new Complaint('The address must not hold a user name or a password.');
  }
  if (!isExampleName(url.hostname)) return url.href.replace(/\/+$/, '');
  return new Complaint('This is still a sample value. Write the address, or leave the key out.');
});

/** The Matrix homeserver beside which the daemon runs. */
export const homeserver = group(
  'The Matrix homeserver beside which Gangway runs.',
  {
    address: optional(
      address,
      'https://matrix.example.com',
      'Where the client-server API of the homeserver is reached. Nothing in this version needs it.',
    ),
    domain: required(
      serverName,
      'example.com',
      'The server name: what comes after the colon in Matrix IDs. Often not the name of the machine.',
    ),
  },
  (keys) => ({ address: keys.address, domain: keys.domain }),
);
