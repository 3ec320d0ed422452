import type { AccountAuthority } from '../../accounts/authority.js';
import type { AccountCredentials } from '../../accounts/credentials.js';
import type { AccountDevices } from '../../accounts/devices.js';
import type { AccountSessions } from '../../accounts/sessions.js';
import type { Endpoint } from '../../http/endpoint.js';
import type { Surface } from '../../http/surface.js';
import type { LoginDeps } from '../client-server/log-in.js';
import { createAccessTokenAuth, matrixSurface, requireAccessToken } from '../client-server/matrix-surface.js';
import { addAddress } from './add-address.js';
import type { AddressDeps } from './address-deps.js';
import { createAddressSubmission } from './address-submission.js';
import { deviceEndpoints } from './devices.js';
import { bindAddress } from './bind-address.js';
import { capabilities, createDiscovery, type DiscoveryDeps } from './discovery.js';
import { listAddresses } from './list-addresses.js';
import { openIdToken, type OpenIdDeps } from './open-id-token.js';
import { createOpenIdUser } from './open-id-user.js';
import { logIn } from './log-in.js';
import { logOut, logOutAll } from './log-out.js';
import { loginFlows } from './login-flows.js';
import { loginToken } from './login-token.js';
import { postAddress } from './post-address.js';
import { refresh } from './refresh.js';
import { deleteAddress, unbindAddress } from './remove-address.js';
import { changePassword, deactivateAccount } from './password.js';
import { createPasswordSubmission } from './password-submission.js';
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

/**
 * Returns login and 3PIDs in version 3 of the client-server API under their old and new names, the
 * related endpoints of version 1, token submission, and OpenID token verification.
 */
export function createClientServerV3(deps: ClientServerV3Deps): readonly [Surface, ...Surface[]] {
  const { authority, limits, sessions, openId, account, contacts, discovery } = deps;
  const authenticate = createAccessTokenAuth(authority);
  const login = [loginFlows.serve({ authority, limits }), logIn.serve({ authority, limits })];
  const afterwards = sessions === undefined ? [] : [refresh.serve(sessions), whoAmI.serve()];
  return [
    matrixSurface({
      name: 'client-server-v3',
      prefixes,
      authenticate,
      endpoints: [
        ...login,
        ...afterwards,
        ...(openId === undefined ? [] : [openIdToken.serve(openId)]),
        ...(discovery === undefined ? [] : [capabilities.serve(discovery)]),
        ...addressEndpoints(authority, contacts),
        ...(account === undefined ? [] : accountEndpoints(deps, account)),
      ],
    }),
    matrixSurface({
      name: 'client-server-v3-logout',
      prefixes,
      authenticate: requireAccessToken,
      endpoints: sessions === undefined ? [] : [logOut.serve(sessions), logOutAll.serve(sessions)],
    }),
    matrixSurface({
      name: 'client-server-v3-of-v1',
      prefixes: ['/_matrix/client/v1'],
      authenticate,
      endpoints: sessions === undefined ? [] : [refresh.serve(sessions), loginToken.serve(sessions)],
    }),
    createAddressSubmission(contacts),
    ...(account === undefined ? [] : [createPasswordSubmission(contacts)]),
    ...(openId === undefined ? [] : [createOpenIdUser(openId.tokens)]),
    ...(discovery === undefined ? [] : createDiscovery(discovery)),
  ];
}

function addressEndpoints(
  authority: AccountAuthority,
  { addresses, postsWithoutAuthentication: isOn }: AddressDeps,
): readonly Endpoint[] {
  return [
    listAddresses.serve(addresses),
    postAddress(addresses, { isOn }),
    addAddress.serve(addresses),
    bindAddress.serve(addresses),
    deleteAddress.serve(addresses),
    unbindAddress.serve(addresses),
    requestEmailToken(forAddresses).serve({ addresses, authority }),
    requestPhoneToken(forAddresses).serve({ addresses, authority }),
  ];
}

function accountEndpoints(
  { authority, limits }: Pick<ClientServerV3Deps, 'authority' | 'limits'>,
  { devices, credentials }: AccountDeps,
): readonly Endpoint[] {
  const tokens = { addresses: credentials, authority: undefined };
  return [
    ...deviceEndpoints(devices),
    changePassword.serve({ credentials, authority, limits }),
    requestEmailToken(forPasswords).serve(tokens),
    requestPhoneToken(forPasswords).serve(tokens),
    deactivateAccount.serve(credentials),
  ];
}
