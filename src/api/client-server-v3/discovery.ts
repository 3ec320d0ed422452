import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.js';
import { reply } from '../../http/reply.js';
import type { Api } from '../../http/api.js';
import { errorShapes } from '../client-server/error-shapes.js';
import { defineMatrixApi } from '../client-server/matrix-api.js';

/** The base URLs of this server name. */
interface BaseUrls {
  readonly homeserver: string;
  readonly identityServer: string | undefined;
}

/**
 * The dependencies of discovery endpoints. Served with accounts.mode: embedded only. Otherwise the
 * homeserver serves them.
 */
export interface DiscoveryDeps {
  /** Base URLs for /.well-known/matrix/client, which is not served if this is undefined. */
  readonly wellKnown: BaseUrls | undefined;
  /** Whether users may add and remove 3PIDs. */
  readonly mayChangeAddresses: boolean;
}

// Excludes versions whose account endpoints are not implemented: v1.12 adds locked accounts, v1.15
// OAuth 2.0.
const versions = ['r0.6.0', 'r0.6.1', ...Array.from({ length: 11 }, (_, index) => `v1.${index + 1}`)];

const serverVersions = z.object({
  versions: z.array(z.string()).meta({ description: 'Versions of the specification.', examples: [['r0.6.0', 'v1.1']] }),
  unstable_features: z.record(z.string(), z.boolean()).meta({ description: 'Always empty.' }),
});
const baseUrlMember = z.object({ base_url: z.string().meta({ description: 'Without a trailing slash.' }) });
const discoveryInformation = z.object({
  'm.homeserver': baseUrlMember,
  'm.identity_server': baseUrlMember.optional(),
});
const toggle = z.object({ enabled: z.boolean() });
const capabilityList = z.object({
  capabilities: z.object({
    'm.change_password': toggle,
    'm.3pid_changes': toggle,
    'm.get_login_token': toggle,
    'm.set_displayname': toggle,
    'm.set_avatar_url': toggle,
  }),
});

/** GET /capabilities */
export const capabilities = defineEndpoint(
  {
    name: 'capabilities',
    operationId: 'getCapabilities',
    method: 'GET',
    path: '/capabilities',
    params: {},
    access: 'authenticated',
    summary: 'Get the capabilities of accounts',
    replies: { 200: { description: 'The capabilities', schema: capabilityList } },
    errors: errorShapes(['unauthorized', 'token_unknown', 'defect']),
  },
  ({ mayChangeAddresses }: DiscoveryDeps) => ({
    handler: () =>
      Promise.resolve(
        reply(200, {
          capabilities: {
            'm.change_password': { enabled: true },
            'm.3pid_changes': { enabled: mayChangeAddresses },
            'm.get_login_token': { enabled: true },
            'm.set_displayname': { enabled: false },
            'm.set_avatar_url': { enabled: false },
          },
        }),
      ),
  }),
);

const clientVersions = defineEndpoint(
  {
    name: 'client_versions',
    operationId: 'getVersions',
    method: 'GET',
    path: '/versions',
    params: {},
    access: 'public',
    summary: 'Get the supported versions of the specification',
    replies: { 200: { description: 'The versions', schema: serverVersions } },
    errors: errorShapes(['defect']),
  },
  () => ({
    handler: () => Promise.resolve(reply(200, { versions, unstable_features: {} })),
  }),
);

const wellKnown = defineEndpoint(
  {
    name: 'client_well_known',
    operationId: 'getWellknown',
    method: 'GET',
    path: '/client',
    params: {},
    access: 'public',
    summary: 'Get the base URLs of this server name',
    replies: { 200: { description: 'The base URLs', schema: discoveryInformation } },
    errors: errorShapes(['defect']),
  },
  ({ homeserver, identityServer }: BaseUrls) => ({
    handler: () =>
      Promise.resolve(
        reply(200, {
          'm.homeserver': { base_url: homeserver },
          ...(identityServer === undefined ? {} : { 'm.identity_server': { base_url: identityServer } }),
        }),
      ),
  }),
);

/** GET /_matrix/client/versions */
export const versionDiscovery = { prefixes: ['/_matrix/client'], endpoints: [clientVersions] } as const;

/** GET /.well-known/matrix/client */
export const wellKnownDiscovery = { prefixes: ['/.well-known/matrix'], endpoints: [wellKnown] } as const;

/** Returns the discovery for clients without an access token. */
export function createDiscovery({ wellKnown: baseUrls }: DiscoveryDeps): readonly Api[] {
  const versionsApi = defineMatrixApi({
    name: 'client-server-versions',
    prefixes: versionDiscovery.prefixes,
    endpoints: versionDiscovery.endpoints.map((operation) => operation.serve()),
  });
  if (baseUrls === undefined) return [versionsApi];
  const wellKnownApi = defineMatrixApi({
    name: 'client-well-known',
    prefixes: wellKnownDiscovery.prefixes,
    endpoints: wellKnownDiscovery.endpoints.map((operation) => operation.serve(baseUrls)),
  });
  return [versionsApi, wellKnownApi];
}
