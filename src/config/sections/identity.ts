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

/** How often something may happen within a window. */
interface Allowance {
  readonly max: number;
  readonly windowMs: number;
}

/** The identity service as it is configured. */
export type Identity =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      /** Without a slash at its end. */
      readonly publicUrl: string;
      readonly serverName: ServerName;
      /** Absolute. */
      readonly signingKeyFile: string;
      readonly bindAllow: 'own_server' | 'any';
      readonly v1: IdentityV1;
      /** Base URL, without a slash at its end. */
      readonly webClient: string;
      readonly allowedWebClients: readonly string[];
      readonly terms: Readonly<Record<string, ConfiguredPolicy>>;
      /** Empty: any. */
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
      /** Undefined where no homeserver delegates to us. */
      readonly delegate: { readonly secret: Secret; readonly allowedClients: readonly string[] } | undefined;
    };

/** The Matrix identity service. */
export const identity = group(
  'The Matrix identity service: /_matrix/identity. It proves e-mail addresses and phone numbers, and says whose they are. What it sends ' +
    'goes through the channels of the section delivery.',
  {
    enabled: withDefault(
      trueOrFalse,
      'false',
      'Whether Gangway is an identity service. When false, every path below /_matrix/identity is answered with 404 M_UNRECOGNIZED.',
    ),
    public_url: optional(
      publicUrl,
      'https://id.example.com',
      'The https address under which clients and homeservers reach the identity service, without /_matrix. Links in mails and the ' +
        'addresses of keys in room invites are made of it: rooms keep those for ever, so choose one that stays. Needed when enabled.',
    ),
    server_name: optional(
      serverName,
      'id.example.com',
      'The name under which Gangway signs. When left out, it is the host of public_url, with its port where there is one.',
    ),
    signing_key_file: withDefault(
      path('the path of a file'),
      'identity-signing.key',
      'The key that signs what is published, in one line: ed25519, a version, and the base64 of the seed. It is made at the first start, ' +
        'and never made again once something was published: back it up. A relative path starts from the folder of this file.',
    ),
    bind: group(
      'For whom version 1 publishes an address. In version 2 every user may, and for nobody else.',
      {
        allow: withDefault(
          oneOf(['own_server', 'any']),
          'own_server',
          'own_server is for users of homeserver.domain only; any is for users of other servers too.',
        ),
      },
      (keys) => ({ allow: keys.allow }),
    ),
    v1,
    web_client: withDefault(
      baseUrl,
      'https://app.element.io',
      'The web client to which the links in mailed invites lead.',
    ),
    allowed_web_clients: withDefault(
      listOf(baseUrl, 'http:// or https:// addresses'),
      [],
      'Other web clients that the client of the inviting user may name instead.',
    ),
    terms: withDefault(
      policies,
      {},
      'Policies that a user must accept before using the service, by a name of your choice: a version, and for each language a name ' +
        'and the address of the text.',
    ),
    allowed_servers: withDefault(
      listOf(serverName, 'server names'),
      [],
      'The homeservers whose users may use the service. Empty: those of any homeserver.',
    ),
    lookup: group(
      'Lookups of hashed addresses. The space of phone numbers is small, so whoever may ask for many learns whose many are.',
      {
        pepper_days: withDefault(
          wholeNumber(1, 3650),
          '30',
          'How long the pepper that addresses are hashed with is used before another takes its place.',
        ),
        max_addresses: withDefault(wholeNumber(1, 100_000), '10000', 'The most addresses in one lookup.'),
        per_user: allowance('Addresses that one user may look up.', '100000', '86400', 'Addresses'),
        per_server: allowance(
          'Addresses that all users of one other server together may look up. Users of homeserver.domain do not count.',
          '500000',
          '86400',
          'Addresses',
        ),
        per_network: allowance(
          'Addresses that all clients of one network together may look up (IPv4 /24, IPv6 /56).',
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
        per_sender: allowance('Invites that one user may have mailed.', '50', '3600', 'Invites'),
        per_server: allowance(
          'Invites that all users of one other server together may have mailed. Users of homeserver.domain do not count.',
          '500',
          '3600',
          'Invites',
        ),
        per_network: allowance(
          'Invites from one network (IPv4 /24, IPv6 /56). A homeserver may send those of all its users from one address.',
          '1000',
          '3600',
          'Invites',
        ),
      },
      (keys) => ({ perSender: keys.per_sender, perServer: keys.per_server, perNetwork: keys.per_network }),
    ),
    registrations: group(
      'Users who introduce themselves by the word of their homeserver.',
      { per_client: allowance('Registrations from one client address.', '30', '600', 'Registrations') },
      (keys) => ({ perClient: keys.per_client }),
    ),
    delegate,
  },
  (keys, context): Identity => {
    if (!keys.enabled) return { enabled: false };
    if (keys.public_url === undefined) {
      const message =
        'This key is missing: the identity service needs the https address under which clients and homeservers reach it.';
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
