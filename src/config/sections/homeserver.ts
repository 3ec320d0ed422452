import type { ServerName } from '../../base/mxid.js';
import { baseUrl } from '../network-address.js';
import { isServerName } from '../server-name.js';
import { group, optional, required } from '../setting.js';
import { Complaint, secretText, text } from '../value.js';

const todo = 'Write the server name of your homeserver: what comes after the colon in the Matrix IDs of your users.';

const domain = text<ServerName>(
  { expects: 'a server name such as the part after the colon of a Matrix ID', samples: ['example.com'], todo },
  (input) => {
    if (/^https?:\/\//.test(input)) {
      return new Complaint(`${JSON.stringify(input)} is an address. ${todo} Its address goes to homeserver.address.`);
    }
    return isServerName(input) ? (input as ServerName) : undefined;
  },
);

const accessToken = secretText(
  {
    expects: 'the access token of an administrator of the homeserver',
    samples: ['syt_the-token-of-an-administrator'],
  },
  (input) => /^[\x21-\x7e]+$/.test(input),
);

/** The Matrix homeserver beside which the daemon runs. */
export const homeserver = group(
  'The Matrix homeserver beside which Gangway runs.',
  {
    address: optional(
      baseUrl,
      'https://matrix.example.com',
      'Where the client-server API of the homeserver itself is reached, not the public address whose /login comes to Gangway. ' +
        'Required with accounts.mode: relay. Must not be set with accounts.mode: embedded.',
    ),
    domain: required(
      domain,
      'example.com',
      'The server name: what comes after the colon in Matrix IDs. Often not the name of the machine.',
    ),
    admin_access_token: optional(
      accessToken,
      'syt_the-token-of-an-administrator',
      'The access token of an administrator of a Synapse, for one question: whose an address is. With it no phone number or e-mail ' +
        'address that Synapse keeps for somebody is added to anybody here. Without it Synapse is not asked. Nothing is added while ' +
        'Synapse does not answer.',
    ),
  },
  (keys) => ({ address: keys.address, adminAccessToken: keys.admin_access_token, domain: keys.domain }),
);
