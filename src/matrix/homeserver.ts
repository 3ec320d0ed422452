import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Secret } from '../base/secret.js';

/** What the homeserver answered, whether it agreed or not. */
export interface HomeserverAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** The Retry-After header as it came. */
  readonly retryAfter: string | undefined;
}

/** In whose name the homeserver is asked. */
export interface HomeserverCaller {
  readonly accessToken: Secret;
  readonly clientAddress: string;
}

/**
 * What is done to the addresses of an account, by the last part of its path; `post` is the
 * deprecated POST without one.
 */
export type AddressOperation = 'post' | 'add' | 'bind' | 'delete' | 'unbind';

/**
 * The part of the homeserver's client-server API that this daemon uses, and one request of its
 * admin API. `clientAddress` is forwarded to the homeserver, which would otherwise count all
 * requests as those of one client. Each method throws HomeserverFailure if there is no answer.
 */
export interface Homeserver {
  /** GET /login */
  loginFlows(clientAddress: string): Promise<HomeserverAnswer>;
  /**
   * POST /login with this body, and with the access token of an application service if there is
   * one.
   */
  logIn(
    body: Readonly<Record<string, unknown>>,
    clientAddress: string,
    accessToken: Secret | undefined,
  ): Promise<HomeserverAnswer>;
  /** POST /logout */
  logOut(caller: HomeserverCaller): Promise<HomeserverAnswer>;
  /** GET /account/whoami */
  whoAmI(token: Secret, clientAddress: string): Promise<HomeserverAnswer>;
  /** GET /account/3pid */
  listAddresses(caller: HomeserverCaller): Promise<HomeserverAnswer>;
  /**
   * POST /account/3pid/{medium}/requestToken with this body, and with the access token of the user
   * if there is one.
   */
  requestAddressToken(
    medium: 'email' | 'msisdn',
    body: Readonly<Record<string, unknown>>,
    clientAddress: string,
    accessToken: Secret | undefined,
  ): Promise<HomeserverAnswer>;
  /**
   * Synapse's `POST /_matrix/client/unstable/add_threepid/msisdn/submit_token`, with the code that
   * was sent to a phone number.
   */
  submitPhoneToken(body: Readonly<Record<string, unknown>>, clientAddress: string): Promise<HomeserverAnswer>;
  /** POST /account/3pid and what is below it, with this body. */
  changeAddresses(
    operation: AddressOperation,
    body: Readonly<Record<string, unknown>>,
    caller: HomeserverCaller,
  ): Promise<HomeserverAnswer>;
  /**
   * POST /delete_devices with no device in the list: user-interactive authentication without any
   * effect. `auth` is that member of the body, or undefined if there is none.
   */
  authenticate(auth: unknown, caller: HomeserverCaller): Promise<HomeserverAnswer>;
  /**
   * Synapse's `GET /_synapse/admin/v1/threepid/{medium}/users/{address}`, with the access token of
   * an administrator.
   */
  findAddressOwner(address: ThirdPartyAddress, adminAccessToken: Secret): Promise<HomeserverAnswer>;
}
