import type { AccountAuthority, LoginGrant } from '../../accounts/authority.js';
import type { LoginLimits } from '../../accounts/login-limits.js';
import type { Secret } from '../../base/secret.js';
import { clientNetwork } from '../../http/client-ip.js';
import type { RequestHead } from '../../http/endpoint.js';
import { readDevice, readLoginType, readProof, readRefreshWish, type LoginBody } from './read-login.js';

/** The dependencies of a login. */
export interface LoginDeps {
  readonly authority: Pick<AccountAuthority, 'loginFlows' | 'logIn'>;
  readonly limits: LoginLimits;
}

/** A login request, independent of the version of the API. */
export interface LoginRequest {
  /** In the form of version 3. */
  readonly body: LoginBody;
  /** The member that identifies the user in this version. */
  readonly userName: string;
  readonly accessToken: Secret | undefined;
  readonly clientAddress: string;
}

/**
 * Rejects clients over their login limit, before the body is read. Logins of bridges are not
 * counted by client, and only the body shows whether a request with an access token is one.
 */
export function admitLogin(
  limits: Pick<LoginLimits, 'checkClient'>,
  { accessToken, clientAddress }: RequestHead,
): void {
  if (accessToken === undefined) limits.checkClient(clientNetwork(clientAddress));
}

/**
 * Logs in. Checks run in this order: `refresh_token`, the presence of `type`, the client's limit,
 * the members that the type requires, the account's limit, the proof. Throws AccountFailure.
 */
export async function logIn({ authority, limits }: LoginDeps, request: LoginRequest): Promise<LoginGrant> {
  const { body, userName, accessToken, clientAddress } = request;
  const wantsRefreshToken = readRefreshWish(body);
  const type = readLoginType(body);
  const client = clientNetwork(clientAddress);
  // A bridge logs in all of its users from one address. The homeserver verifies that the token is
  // that of a bridge.
  const isBridge = type === 'm.login.application_service' && accessToken !== undefined;
  if (!isBridge) limits.admitClient(client);
  const proof = readProof(type, body, userName);
  const attempt = { proof, ...readDevice(body), wantsRefreshToken, clientAddress, accessToken, body };
  const login = () => authority.logIn(attempt);
  if (isBridge) return limits.logInBridge(client, login);
  if (proof.kind !== 'password') return login();
  return limits.logIn({ client, identifier: proof.identifier }, login);
}
