import type { ServerName } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { allowance } from '../allowance.js';
import { baseUrl } from '../network-address.js';
import { publicUrl } from '../public-url.js';
import { serverName } from '../server-name.js';
import { group, optional, withDefault } from '../setting.js';
import { listOf, oneOf, path, trueOrFalse, wholeNumber } from '../value.js';
import { delegate } from './identity-delegate.js';
import { policies, type ConfiguredPolicy } from './identity-terms.js';
import { v1, type IdentityV1 } from './identity-v1.js';

/** A rate limit: how often something may happen within a window. */
interface Allowance {
  readonly max: number;
  readonly windowMs: number;
}

/** The configuration of the identity service. */
export type Identity =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      /** Without a trailing slash. */
      readonly publicUrl: string;
      readonly serverName: ServerName;
      /** An absolute path. */
      readonly signingKeyFile: string;
      readonly bindAllow: 'own_server' | 'any';
      readonly v1: IdentityV1;
      /** A base URL without a trailing slash. */
      readonly webClient: string;
      readonly allowedWebClients: readonly string[];
      readonly terms: Readonly<Record<string, ConfiguredPolicy>>;
      /** Empty if all servers are allowed. */
      readonly allowedServers: readonly ServerName[];
      readonly lookup: {
        readonly pepperMs: number;
        readonly maxAddresses: number;
        readonly perUser: Allowance;
        readonly perServer: Allowance;
        readonly perNetwork: Allowance;
      };
      readonly invites: {
        readonly perSender: Allowance;
        readonly perServer: Allowance;
        readonly perNetwork: Allowance;
      };
      readonly registrations: { readonly perClient: Allowance };
      /** Undefined if no homeserver delegates to this service. */
      readonly delegate: { readonly secret: Secret; readonly allowedClients: readonly string[] } | undefined;
    };

/** The Matrix identity service. */
export const identity = group(
  'The Matrix identity service: /_matrix/identity. It validates e-mail addresses and phone numbers, and ' +
    'publishes which Matrix ID they belong to. Its messages are sent through the channels in the section ' +
    'delivery.',
  {
    enabled: withDefault(
      trueOrFalse,
      'false',
      'Whether the identity service is enabled. When false, all paths below /_matrix/identity return 404 ' +
        'M_UNRECOGNIZED.',
    ),
    public_url: optional(
      publicUrl,
      'https://id.example.com',
      'The https address at which clients and homeservers reach the identity service, without /_matrix. It ' +
        'is part of the links in mails and of the key URLs in room invites. Rooms keep these URLs forever, so ' +
        'choose an address that does not change. Required if enabled.',
    ),
    server_name: optional(
      serverName,
      'id.example.com',
      'The server name in signatures. Defaults to the host of public_url, with its port if it has one.',
    ),
    signing_key_file: withDefault(
      path('the path of a file'),
      'identity-signing.key',
      'The signing key, in one line: ed25519, a version, and the base64 of the seed. It is created at the ' +
        'first start. Once something has been published it is never created again: back it up. A relative ' +
        'path starts from the folder of this file.',
    ),
    bind: group(
      'Which users may bind a 3PID through v1. In v2, users can bind only their own.',
      {
        allow: withDefault(
          oneOf(['own_server', 'any']),
          'own_server',
          'own_server allows only users of homeserver.domain. any also allows users of other servers.',
        ),
      },
      (keys) => ({ allow: keys.allow }),
    ),
    v1,
    web_client: withDefault(baseUrl, 'https://app.element.io', 'The web client that the links in mailed invites open.'),
    allowed_web_clients: withDefault(
      listOf(baseUrl, 'http:// or https:// addresses'),
      [],
      "Other web clients that the inviting user's client may choose instead.",
    ),
    terms: withDefault(
      policies,
      {},
      'Policies that a user must accept before using the service. Each key is an ID of your choice. Each ' +
        'policy has a version and, for each language, a name and the URL of the text.',
    ),
    allowed_servers: withDefault(
      listOf(serverName, 'server names'),
      [],
      'The homeservers whose users may use the service. Empty allows all homeservers.',
    ),
    lookup: group(
      'Lookups of hashed 3PIDs. There are few phone numbers, so a client with many lookups can enumerate ' +
        'them: keep these limits low.',
      {
        pepper_days: withDefault(
          wholeNumber(1, 3650),
          '30',
          'How long a pepper for hashing 3PIDs is used before it is replaced.',
        ),
        max_addresses: withDefault(wholeNumber(1, 100_000), '10000', 'The maximum number of 3PIDs in one lookup.'),
        per_user: allowance('3PIDs that one user may look up.', '100000', '86400', 'Addresses'),
        per_server: allowance(
          '3PIDs that all users of one other server may look up together. Users of homeserver.domain do not ' +
            'count.',
          '500000',
          '86400',
          'Addresses',
        ),
        per_network: allowance(
          '3PIDs that all clients of one network may look up together (IPv4 /24, IPv6 /56).',
          '200000',
          '86400',
          'Addresses',
        ),
      },
      (keys) => ({
        pepperMs: keys.pepper_days * 86_400_000,
        maxAddresses: keys.max_addresses,
        perUser: keys.per_user,
        perServer: keys.per_server,
        perNetwork: keys.per_network,
      }),
    ),
    invites: group(
      'Invites to rooms by e-mail.',
      {
        per_sender: allowance('Invites that one user may send by e-mail.', '50', '3600', 'Invites'),
        per_server: allowance(
          'Invites that all users of one other server may send by e-mail together. Users of homeserver.domain ' +
            'do not count.',
          '500',
          '3600',
          'Invites',
        ),
        per_network: allowance(
          'Invites from one network (IPv4 /24, IPv6 /56). A homeserver may send the invites of all its users ' +
            'from one address.',
          '1000',
          '3600',
          'Invites',
        ),
      },
      (keys) => ({ perSender: keys.per_sender, perServer: keys.per_server, perNetwork: keys.per_network }),
    ),
    registrations: group(
      'Registrations of users with an OpenID token of their homeserver.',
      { per_client: allowance('Registrations from one client address.', '30', '600', 'Registrations') },
      (keys) => ({ perClient: keys.per_client }),
    ),
    delegate,
  },
  (keys, context): Identity => {
    if (!keys.enabled) return { enabled: false };
    if (keys.public_url === undefined) {
      const message =
        'This key is missing. The identity service requires the https address at which clients and ' +
        'homeservers reach it.';
      context.addIssue({ code: 'custom', path: ['public_url'], message });
      return { enabled: false };
    }
    return {
      enabled: true,
      publicUrl: keys.public_url,
      serverName: keys.server_name ?? (new URL(keys.public_url).host as ServerName),
      signingKeyFile: keys.signing_key_file,
      bindAllow: keys.bind.allow,
      v1: keys.v1,
      webClient: keys.web_client,
      allowedWebClients: keys.allowed_web_clients,
      terms: keys.terms,
      allowedServers: keys.allowed_servers,
      lookup: keys.lookup,
      invites: keys.invites,
      registrations: keys.registrations,
      delegate:
        keys.delegate.secret === undefined
          ? undefined
          : { secret: keys.delegate.secret, allowedClients: keys.delegate.allowedClients },
    };
  },
);
