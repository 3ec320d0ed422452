import type { AccountAuthority } from '../accounts/authority.js';
import type { AccountAddresses } from '../accounts/threepids/account-addresses.js';
import type { LoginLimits } from '../accounts/login-limits.js';
import type { OpenIdTokens } from '../accounts/open-id.js';
import type { AccountSessions } from '../accounts/sessions.js';
import type { ServerName } from '../base/mxid.js';
import type { EndpointContract } from '../http/endpoint.js';
import type { Surface } from '../http/surface.js';
import { clientServerV1 } from './client-server-v1/index.js';
import { clientServerV1OpenApi } from './client-server-v1/openapi.js';
import type { AddressDeps } from './client-server-v3/address-deps.js';
import { createClientServerV3, type AccountDeps } from './client-server-v3/index.js';
import { clientServerV3OpenApi } from './client-server-v3/openapi.js';
import { createIdentitySurfaces, type IdentityDeps } from './identity-surfaces.js';
import { identityV1OpenApi } from './identity-v1/openapi.js';
import { identityV2OpenApi } from './identity-v2/openapi.js';
import { provisioningContracts } from './provisioning-0.3.0/index.js';
import { provisioningOpenApi } from './provisioning-0.3.0/openapi.js';
import { provisioningReference } from './provisioning-0.3.0/reference.js';
import { provisioningV1Contracts } from './provisioning-v1/index.js';
import { provisioningV1OpenApi } from './provisioning-v1/openapi.js';
import { provisioningV3Contracts } from './provisioning-v3/index.js';
import { provisioningV3OpenApi } from './provisioning-v3/openapi.js';
import { sessionOperations } from './sessions/index.js';
import { sessionsOpenApi } from './sessions/openapi.js';

/** A file of the project that is generated from the endpoints' declarations. */
export interface ApiFile {
  /** Relative to the root of the project. */
  readonly path: string;
  readonly render: () => string;
}

const specifiedPrefix = '/_matrix/provision';

// Endpoints that are only described are never called.
const describedOnly = () => Promise.reject(new Error('described only'));
type Everything = AccountAuthority & AccountSessions & OpenIdTokens & AccountAddresses;
const unused: Everything = {
  whoAmI: describedOnly,
  loginFlows: describedOnly,
  logIn: describedOnly,
  refresh: describedOnly,
  logOut: describedOnly,
  logOutAll: describedOnly,
  mintLoginToken: describedOnly,
  mint: describedOnly,
  findUser: describedOnly,
  admit: () => undefined,
  admitToken: () => undefined,
  list: describedOnly,
  requestToken: describedOnly,
  add: describedOnly,
  addWithoutAuthentication: describedOnly,
  remove: describedOnly,
  bind: describedOnly,
  unbind: describedOnly,
};
const pages = { confirmClick: true, service: 'localhost', operator: 'localhost' };
const off = { enabled: false, isAllowed: () => false };
const noIdentity: IdentityDeps = {
  validation: {
    checkAsker: () => undefined,
    requestToken: describedOnly,
    checkToken: describedOnly,
    submitToken: describedOnly,
    loadValidated: describedOnly,
  },
  associations: { bind: describedOnly, unbind: describedOnly, find: describedOnly, findMany: describedOnly },
  invites: { store: describedOnly, isEphemeralKeyValid: describedOnly, sign: describedOnly },
  lookup: { hashDetails: describedOnly, lookUp: describedOnly },
  publicKeys: { find: describedOnly, isValid: describedOnly },
  accounts: {
    checkClient: () => undefined,
    register: describedOnly,
    holder: describedOnly,
    logOut: describedOnly,
    policies: {},
    acceptTerms: describedOnly,
    requireTerms: describedOnly,
  },
  pages,
  v1: { validate: off, bind: off, lookup: off, invite: off, submitErrorStatus: 200 },
  delegate: undefined,
};
const contacts: AddressDeps = {
  addresses: unused,
  validation: noIdentity.validation,
  pages,
  usualPath: 'ours',
  postsWithoutAuthentication: true,
};
const account: AccountDeps = {
  devices: { list: describedOnly, load: describedOnly, rename: describedOnly, end: describedOnly },
  credentials: {
    changePassword: describedOnly,
    admitToken: () => undefined,
    requestToken: describedOnly,
    deactivate: describedOnly,
  },
};
const openId = { tokens: unused, serverName: 'example.com' as ServerName };
const discovery = {
  wellKnown: { homeserver: 'https://matrix.example.com', identityServer: undefined },
  mayChangeAddresses: true,
};
const limits: LoginLimits = {
  checkClient: () => undefined,
  admitClient: () => undefined,
  admitQuestion: () => undefined,
  logInBridge: describedOnly,
  logIn: describedOnly,
};

const clientServerV3 = createClientServerV3({
  authority: unused,
  sessions: unused,
  openId,
  account,
  limits,
  contacts,
  discovery,
});

/** All endpoints with a description. */
export const describedEndpoints: readonly EndpointContract[] = [
  ...provisioningContracts,
  ...provisioningV1Contracts,
  ...provisioningV3Contracts,
  ...sessionOperations,
  ...clientServerV3.flatMap(({ endpoints }) => endpoints),
  ...clientServerV1.endpoints,
  ...createIdentitySurfaces(noIdentity).flatMap(({ endpoints }) => endpoints),
];

/** The OpenAPI files and the API reference. */
export const apiFiles: readonly ApiFile[] = [
  {
    path: 'docs/openapi/provisioning-0.3.0.json',
    render: () => json(provisioningOpenApi(specifiedPrefix, provisioningContracts)),
  },
  {
    path: 'docs/api/provisioning-0.3.0.md',
    render: () => provisioningReference(specifiedPrefix, provisioningContracts),
  },
  {
    path: 'docs/openapi/provisioning-v1.json',
    render: () => json(provisioningV1OpenApi(`${specifiedPrefix}/v1`, provisioningV1Contracts)),
  },
  {
    path: 'docs/openapi/provisioning-v3.json',
    render: () => json(provisioningV3OpenApi(`${specifiedPrefix}/v3`, provisioningV3Contracts)),
  },
  {
    path: 'docs/openapi/client-server-v3.json',
    render: () => json(clientServerV3OpenApi(clientServerV3)),
  },
  {
    path: 'docs/openapi/client-server-v1.json',
    render: () => json(clientServerV1OpenApi(clientServerV1)),
  },
  {
    path: 'docs/openapi/sessions-v1.json',
    render: () => json(sessionsOpenApi(sessionOperations)),
  },
  {
    path: 'docs/openapi/identity-v1.json',
    render: () => json(identityV1OpenApi(identity('ping_v1', 'identity-v1'))),
  },
  {
    path: 'docs/openapi/identity-v2.json',
    render: () => json(identityV2OpenApi(identity('ping_v2', 'identity-v2', 'identity-v2-before-terms'))),
  },
];

/** Returns the surfaces with these names. */
function identity(ping: string, first: string, ...others: readonly string[]): readonly [Surface, ...Surface[]] {
  const surfaces = createIdentitySurfaces(noIdentity);
  const named = (name: string): Surface => {
    const found = surfaces.find((surface) => surface.name === name);
    if (found === undefined) throw new Error(`there is no surface ${name}`);
    return found;
  };
  const beside = named('identity');
  const endpoints = beside.endpoints.filter(({ name }) => name === ping || name === 'versions');
  return [named(first), ...others.map(named), { ...beside, endpoints }];
}

// Lists of strings are on one line if they fit.
function json(document: object): string {
  const text = JSON.stringify(document, null, 2).replaceAll(stringList, (list) => {
    const line = list.replaceAll(/\n\s*/g, ' ').replace('[ ', '[').replace(' ]', ']');
    return line.length > 100 ? list : line;
  });
  return `${text}\n`;
}

const stringList = /\[\n\s+"[^\n]*"(?:,\n\s+"[^\n]*")*\n\s+\]/g;
