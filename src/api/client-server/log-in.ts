import type { AccountAuthority, LoginGrant } from '../../accounts/authority.js';
import type { LoginLimits } from '../../accounts/login-limits.js';
import type { Secret } from '../../base/secret.js';
import { clientNetwork } from '../../http/client-ip.js';
import type { RequestHead } from '../../http/endpoint.js';
import { readDevice, readLoginType, readProof, readRefreshWish, type LoginBody } from './read-login.js';

/** What a login needs. */
export interface LoginDeps {
  readonly authority: Pick<AccountAuthority, 'loginFlows' | 'logIn'>;
  readonly limits: LoginLimits;
}

/** A login as a version of the API hands it on. */
export interface LoginRequest {
  /** As version 3 has it. */
  readonly body: LoginBody;
  /** What the version calls the member that says who logs in. */
  readonly userName: string;
  readonly accessToken: Secret | undefined;
  readonly clientAddress: string;
}

/**
 * Refuses clients that have used up their logins, before their body is read. Logins of bridges are not counted by client, and only the
 * body shows whether a request with an access token is one.
 */
export function admitLogin(
  limits: Pick<LoginLimits, 'checkClient'>,
  { accessToken, clientAddress }: RequestHead,
): void {
  if (accessToken === undefined) limits.checkClient(clientNetwork(clientAddress));
}

/**
 * Logs in. Checks run in this order: `refresh_token`, the presence of `type`, how often the client has logged in, the members that the type
 * wants, how often the account was logged in to, the proof. Throws AccountFailure.
 */
export async function logIn({ authority, limits }: LoginDeps, request: LoginRequest): Promise<LoginGrant> {
  const { body, userName, accessToken, clientAddress } = request;
  const wantsRefreshToken = readRefreshWish(body);
  const type = readLoginType(body);
  const client = clientNetwork(clientAddress);
  // A bridge logs in all of its users from one address; whether the token is that of a bridge is for the homeserver to say.
  const isBridge = type === 'm.login.application_service' && accessToken !== undefined;
  if (!isBridge) limits.admitClient(client);
  const proof = readProof(type, body, userName);
  const attempt = { proof, ...readDevice(body), wantsRefreshToken, clientAddress, accessToken, body };
  const login = () => authority.logIn(attempt);
  if (isBridge) return limits.logInBridge(client, login);
  if (proof.kind !== 'password') return login();
  return limits.logIn({ client, identifier: proof.identifier }, login);
}
