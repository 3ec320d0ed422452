import type { AccountAuthority } from '../../accounts/authority.js';
import type { AccountCredentials } from '../../accounts/credentials.js';
import type { AccountDevices } from '../../accounts/devices.js';
import type { AccountSessions } from '../../accounts/sessions.js';
import type { Endpoint } from '../../http/endpoint.js';
import type { ApiSubject } from '../../http/openapi.js';
import type { Api } from '../../http/api.js';
import type { LoginDeps } from '../client-server/log-in.js';
import { createAccessTokenAuth, defineMatrixApi, requireAccessToken } from '../client-server/matrix-api.js';
import { addAddress } from './add-address.js';
import type { AddressDeps } from './address-deps.js';
import { deviceOperations } from './devices.js';
import { bindAddress } from './bind-address.js';
import {
  capabilities,
  createDiscovery,
  versionDiscovery,
  wellKnownDiscovery,
  type DiscoveryDeps,
} from './discovery.js';
import { listAddresses } from './list-addresses.js';
import { openIdToken, type OpenIdDeps } from './open-id-token.js';
import { createServerServer, serverServer } from './open-id-user.js';
import { logIn } from './log-in.js';
import { logOut, logOutAll } from './log-out.js';
import { loginFlows } from './login-flows.js';
import { loginToken } from './login-token.js';
import { postAddress } from './post-address.js';
import { refresh } from './refresh.js';
import { deleteAddress, unbindAddress } from './remove-address.js';
import { changePassword, deactivateAccount } from './password.js';
import {
  addressSubmissions,
  createAddressSubmission,
  createPasswordSubmission,
  passwordSubmissions,
} from './token-submission.js';
import { forAddresses, forPasswords, requestEmailToken, requestPhoneToken } from './request-address-token.js';
import { whoAmI } from './who-am-i.js';

/** The dependencies of the endpoints for embedded accounts. */
export interface AccountDeps {
  readonly devices: AccountDevices;
  readonly credentials: AccountCredentials;
}

export interface ClientServerV3Deps extends LoginDeps {
  readonly authority: AccountAuthority;
  /** Absent in relay mode: the homeserver serves these endpoints. */
  readonly sessions: AccountSessions | undefined;
  /** Absent in relay mode. */
  readonly openId: OpenIdDeps | undefined;
  /** Absent in relay mode. */
  readonly account: AccountDeps | undefined;
  readonly contacts: AddressDeps;
  /** Absent in relay mode. */
  readonly discovery: DiscoveryDeps | undefined;
}

const prefixes = ['/_matrix/client/v3', '/_matrix/client/r0', '/_matrix/client/unstable'] as const;
const v1Prefixes = ['/_matrix/client/v1'] as const;

const loginOperations = [loginFlows, logIn] as const;
const sessionOperations = [refresh, whoAmI] as const;
const sessionOperationsOfV1 = [refresh, loginToken] as const;
const logOutOperations = [logOut, logOutAll] as const;
const addressOperations = [
  listAddresses,
  postAddress,
  addAddress,
  bindAddress,
  deleteAddress,
  unbindAddress,
  requestEmailToken(forAddresses),
  requestPhoneToken(forAddresses),
] as const;
const accountOperations = [...deviceOperations, changePassword, deactivateAccount] as const;
const passwordTokenOperations = [requestEmailToken(forPasswords), requestPhoneToken(forPasswords)] as const;

/** The prefixes and operations of version 3, for its documentation. */
export const clientServerV3: readonly [ApiSubject, ...ApiSubject[]] = [
  {
    prefixes,
    endpoints: [
      ...loginOperations,
      ...sessionOperations,
      openIdToken,
      capabilities,
      ...addressOperations,
      ...accountOperations,
      ...passwordTokenOperations,
    ],
  },
  { prefixes, endpoints: logOutOperations },
  { prefixes: v1Prefixes, endpoints: sessionOperationsOfV1 },
  addressSubmissions,
  passwordSubmissions,
  serverServer,
  versionDiscovery,
  wellKnownDiscovery,
];

/**
 * Returns login and 3PIDs in version 3 of the client-server API under their old and new names, the
 * related endpoints of version 1, token submission, and OpenID token verification.
 */
export function createClientServerV3(deps: ClientServerV3Deps): readonly [Api, ...Api[]] {
  const { authority, sessions, openId, account, contacts, discovery } = deps;
  const authenticate = createAccessTokenAuth(authority);
  return [
    defineMatrixApi({
      name: 'client-server-v3',
      prefixes,
      authenticate,
      endpoints: [
        ...loginOperations.map((operation) => operation.serve(deps)),
        ...(sessions === undefined ? [] : sessionOperations.map((operation) => operation.serve({ sessions }))),
        ...(openId === undefined ? [] : [openIdToken.serve(openId)]),
        ...(discovery === undefined ? [] : [capabilities.serve(discovery)]),
        ...addressOperations.map((operation) => operation.serve({ ...contacts, authority })),
        ...(account === undefined ? [] : accountEndpoints(deps, account)),
      ],
    }),
    defineMatrixApi({
      name: 'client-server-v3-logout',
      prefixes,
      authenticate: requireAccessToken,
      endpoints: sessions === undefined ? [] : logOutOperations.map((operation) => operation.serve({ sessions })),
    }),
    defineMatrixApi({
      name: 'client-server-v3-of-v1',
      prefixes: v1Prefixes,
      authenticate,
      endpoints: sessions === undefined ? [] : sessionOperationsOfV1.map((operation) => operation.serve({ sessions })),
    }),
    createAddressSubmission(contacts),
    ...(account === undefined ? [] : [createPasswordSubmission(contacts)]),
    ...(openId === undefined ? [] : [createServerServer(openId)]),
    ...(discovery === undefined ? [] : createDiscovery(discovery)),
  ];
}

function accountEndpoints(
  { authority, limits }: Pick<ClientServerV3Deps, 'authority' | 'limits'>,
  account: AccountDeps,
): readonly Endpoint[] {
  const tokens = { addresses: account.credentials, authority: undefined };
  return [
    ...accountOperations.map((operation) => operation.serve({ ...account, authority, limits })),
    ...passwordTokenOperations.map((operation) => operation.serve(tokens)),
  ];
}
