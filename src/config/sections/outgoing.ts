import { baseUrl, network } from '../network-address.js';
import { isServerName } from '../server-name.js';
import { group, withDefault } from '../setting.js';
import { listOf, mapOf, wholeNumber } from '../value.js';

const servers = mapOf(baseUrl, 'server names, each with the http:// or https:// address of its API');

/** Requests to servers that others have named. */
export const outgoing = group(
  'Requests to servers that others have named: homeservers of users who register with the identity service, or to whom an invite goes.',
  {
    allowed_networks: withDefault(
      listOf(network, 'IP addresses, or networks such as 10.0.0.0/8'),
      [],
      'Private networks and addresses that may be reached all the same. All others are refused, so that nobody uses Gangway to ' +
        'look around in yours.',
    ),
    servers: withDefault(
      servers,
      {},
      'Where homeservers, and the identity servers at which users publish their addresses, are reached, instead of where their names lead. Name your own homeserver here where it does not answer its ' +
        'federation API under its public name from here: {"example.com": "http://localhost:8008"}.',
    ),
    timeout_seconds: withDefault(
      wholeNumber(1, 120),
      '15',
      'How long one request may take, with all that belongs to it.',
    ),
  },
  (keys, context) => {
    for (const name of keys.servers.keys()) {
      if (isServerName(name)) continue;
      const message = `${JSON.stringify(name)} is not a server name, as after the colon of a Matrix ID.`;
      context.addIssue({ code: 'custom', path: ['servers', name], message });
    }
    return {
      allowedNetworks: keys.allowed_networks,
      servers: Object.fromEntries(keys.servers),
      deadlineMs: keys.timeout_seconds * 1000,
    };
  },
);
