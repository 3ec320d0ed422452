import type { AccountAuthority, LoginGrant } from '../../accounts/authority.js';
import { AccountFailure } from '../../accounts/failure.js';
import type { LoginLimits } from '../../accounts/login-limits.js';
import type { Caller } from '../../accounts/threepids/account-addresses.js';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Mxid, ServerName } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { logIn } from '../client-server/log-in.js';
import type { FindOpenIdUser } from '../provisioning-v3/authenticate.js';
import { createOfferedTypes } from './offered-types.js';

/** Returns the user of an OpenID token. */
export type OpenIdVerifier = FindOpenIdUser;

/** Proves Matrix IDs by logins that end at once. Each method throws AccountFailure. */
export interface MatrixSignIn {
  /**
   * Returns whether the homeserver offers this login type, and true if it has not answered yet.
   */
  isOffered(type: 'm.login.password' | 'm.login.sso', clientAddress: string): Promise<boolean>;
  /** Returns the user with that name and password. */
  byPassword(user: string, password: Secret, clientAddress: string): Promise<Mxid>;
  /** Returns the user of a login token, which an SSO login ends with. */
  byToken(token: Secret, clientAddress: string): Promise<Mxid>;
  /**
   * Runs `use` while this user is logged in with the password. Throws AccountFailure
   * `wrong_credentials` if the password is wrong.
   */
  whileLoggedIn<T>(
    login: { readonly mxid: Mxid; readonly password: Secret; readonly clientAddress: string },
    use: (caller: Caller) => Promise<T>,
  ): Promise<T>;
}

export interface MatrixSignInDeps {
  readonly authority: Pick<AccountAuthority, 'loginFlows' | 'logIn'>;
  readonly limits: LoginLimits;
  readonly serverName: ServerName;
  /** Ends the login of an access token. */
  readonly logOut: (accessToken: Secret, clientAddress: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const deviceName = 'Gangway (sign-in to the web page)';

/** Creates the sign-in with Matrix accounts. Its limits are those of all Matrix logins. */
export function createMatrixSignIn(deps: MatrixSignInDeps): MatrixSignIn {
  const { authority, limits, logOut, logger } = deps;
  const findOfferedTypes = createOfferedTypes(deps);

  async function whileLoggedIn<T>(
    body: Readonly<Record<string, unknown>>,
    clientAddress: string,
    use: (grant: LoginGrant) => Promise<T>,
  ): Promise<T> {
    const request = {
      body: { ...body, initial_device_display_name: deviceName },
      userName: 'identifier',
      accessToken: undefined,
      clientAddress,
    };
    const grant: LoginGrant = await logIn({ authority, limits }, request);
    try {
      return await use(grant);
    } finally {
      // The token is in no other place, so a login that cannot be ended is of no use to anyone.
      await logOut(grant.accessToken, clientAddress).catch((error: unknown) =>
        logger.warn('web sign-in not logged out', { owner: grant.mxid, error }),
      );
    }
  }

  const ownerOf = ({ mxid }: LoginGrant) => Promise.resolve(mxid);

  return {
    async isOffered(type, clientAddress) {
      const types = await findOfferedTypes(clientAddress);
      return types === undefined || types.has(type);
    },

    byPassword: (user, password, clientAddress) =>
      whileLoggedIn(passwordLogin(identifierOf(user), password), clientAddress, ownerOf),

    byToken: (token, clientAddress) =>
      whileLoggedIn({ type: 'm.login.token', token: token.reveal() }, clientAddress, ownerOf),

    whileLoggedIn: ({ mxid, password, clientAddress }, use) =>
      whileLoggedIn(passwordLogin({ type: 'm.id.user', user: mxid }, password), clientAddress, (grant) => {
        if (grant.mxid !== mxid) throw new AccountFailure({ kind: 'wrong_credentials' });
        return use({ mxid, accessToken: grant.accessToken, clientAddress });
      }),
  };
}

function passwordLogin(identifier: Readonly<Record<string, string>>, password: Secret) {
  return { type: 'm.login.password', identifier, password: password.reveal() };
}

/** Returns the identifier of a Matrix ID, a localpart, an e-mail address or a phone number. */
function identifierOf(typed: string): Readonly<Record<string, string>> {
  const user = typed.trim();
  if (/^[^@\s]+@[^@\s]+$/.test(user)) return { type: 'm.id.thirdparty', medium: 'email', address: user };
  if (/^\+[\d ()./-]+$/.test(user)) {
    return { type: 'm.id.thirdparty', medium: 'msisdn', address: user.replaceAll(/\D/g, '') };
  }
  return { type: 'm.id.user', user };
}
