import { baseUrl, network } from '../network-address.js';
import { isServerName } from '../server-name.js';
import { group, withDefault } from '../setting.js';
import { listOf, mapOf, wholeNumber } from '../value.js';

const servers = mapOf(baseUrl, 'server names, each with the http:// or https:// address of its API');

/** Requests to servers whose names come from other servers or users. */
export const outgoing = group(
  'Requests to servers whose names come from outside: homeservers of users who register with the ' +
    'identity service or receive an invite.',
  {
    allowed_networks: withDefault(
      listOf(network, 'IP addresses, or networks such as 10.0.0.0/8'),
      [],
      'Private networks and addresses that may be reached. All others are blocked, so that Gangway cannot ' +
        'be used to scan your network.',
    ),
    servers: withDefault(
      servers,
      {},
      'Addresses to use instead of DNS, for homeservers and for the identity ' +
        'servers of users. Add your own homeserver if its federation API is not reachable from here under its ' +
        'public name: {"example.com": "http://localhost:8008"}.',
    ),
    timeout_seconds: withDefault(
      wholeNumber(1, 120),
      '15',
      'The maximum time for one request, including name resolution and redirects.',
    ),
  },
  (keys, context) => {
    for (const name of keys.servers.keys()) {
      if (isServerName(name)) continue;
      const message = `${JSON.stringify(name)} is not a server name. Write the part after the colon of a Matrix ID.`;
      context.addIssue({ code: 'custom', path: ['servers', name], message });
    }
    return {
      allowedNetworks: keys.allowed_networks,
      servers: Object.fromEntries(keys.servers),
      deadlineMs: keys.timeout_seconds * 1000,
    };
  },
);
