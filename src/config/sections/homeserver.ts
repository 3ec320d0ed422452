import type { ServerName } from '../../base/mxid.js';
import { baseUrl } from '../network-address.js';
import { isServerName } from '../server-name.js';
import { group, optional, required } from '../setting.js';
import { Complaint, secretText, text } from '../value.js';

const todo = 'Write the server name of your homeserver: the part after the colon in the Matrix IDs of your users.';

const domain = text<ServerName>(
  { expects: 'a server name such as the part after the colon of a Matrix ID', samples: ['example.com'], todo },
  (input) => {
    if (/^https?:\/\//.test(input)) {
      return new Complaint(
        `${JSON.stringify(input)} is an address. ${todo} Its address belongs in homeserver.address.`,
      );
    }
    return isServerName(input) ? (input as ServerName) : undefined;
  },
);

const accessToken = secretText(
  {
    expects: 'the access token of a homeserver admin',
    samples: ['syt_the-token-of-an-administrator'],
  },
  (input) => /^[\x21-\x7e]+$/.test(input),
);

/** The Matrix homeserver that the daemon belongs to. */
export const homeserver = group(
  'The Matrix homeserver that Gangway belongs to.',
  {
    address: optional(
      baseUrl,
      'https://matrix.example.com',
      "The address of the homeserver's own client-server API, not the public address whose /login is routed " +
        'to Gangway. Required with accounts.mode: relay. Must not be set with accounts.mode: embedded.',
    ),
    domain: required(
      domain,
      'example.com',
      'The server name: the part after the colon in Matrix IDs. Often different from the host name of the ' +
        'machine.',
    ),
    admin_access_token: optional(
      accessToken,
      'syt_the-token-of-an-administrator',
      'Access token of a Synapse admin. Used only to check whether a 3PID already belongs to a Synapse ' +
        'account. If unset, the check is skipped. If Synapse is unreachable, adding 3PIDs fails.',
    ),
  },
  (keys) => ({ address: keys.address, adminAccessToken: keys.admin_access_token, domain: keys.domain }),
);
