import { network } from '../network-address.js';
import { group, optional, withDefault } from '../setting.js';
import { Complaint, listOf, secretText } from '../value.js';

const minLength = 24;
const todo = 'Put the output of `openssl rand -hex 24` here.';

/** Validation of phone numbers on behalf of a homeserver. */
export const delegate = group(
  'Validation of phone numbers on behalf of a homeserver (account_threepid_delegates.msisdn in ' +
    'Synapse). Synapse sends no credentials, so the path contains a secret.',
  {
    secret: optional(
      secretText(
        {
          expects: `a random text of at least ${minLength} letters, digits, - and _`,
          samples: ['put-a-random-text-into-the-path'],
          todo,
        },
        (input) => {
          if (!/^[A-Za-z0-9_-]*$/.test(input)) {
            return new Complaint(`The value (not shown here) must be letters, digits, - and _ only. ${todo}`);
          }
          if (input.length >= minLength) return true;
          return new Complaint(`The value (not shown here) has fewer than ${minLength} characters. ${todo}`);
        },
      ),
      'put-a-random-text-into-the-path',
      'The secret part of the path. Configure <address of Gangway>/_gangway/delegate/<secret> as the ' +
        'delegate in the homeserver. If unset, the endpoint is disabled.',
    ),
    allowed_clients: withDefault(
      listOf(network, 'IP addresses, or networks such as 10.0.0.0/8'),
      [],
      'The client addresses that may use the delegate endpoint. Empty allows all, since the path is secret.',
    ),
  },
  (keys) => ({ secret: keys.secret, allowedClients: keys.allowed_clients }),
);
