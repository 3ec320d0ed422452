import { network } from '../network-address.js';
import { group, optional, withDefault } from '../setting.js';
import { Complaint, listOf, secretText } from '../value.js';

const minLength = 24;
const todo = 'Put the output of `openssl rand -hex 24` here.';

/** Proving phone numbers for a homeserver. */
export const delegate = group(
  'Proving phone numbers for a homeserver, as account_threepid_delegates.msisdn of Synapse asks for it. Synapse sends no credentials: a ' +
    'secret in the path stands for them.',
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
      'The secret part of the path: the homeserver gets <address of Gangway>/_gangway/delegate/<secret> as its delegate. When left out, ' +
        'nothing is done for a homeserver.',
    ),
    allowed_clients: withDefault(
      listOf(network, 'IP addresses, or networks such as 10.0.0.0/8'),
      [],
      'The addresses from which the homeserver asks. Empty: any, as the path is secret.',
    ),
  },
  (keys) => ({ secret: keys.secret, allowedClients: keys.allowed_clients }),
);
