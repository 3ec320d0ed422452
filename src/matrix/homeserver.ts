import type { Secret } from '../base/secret.js';

/** What the homeserver answered, whether it agreed or not. */
export interface HomeserverAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** The Retry-After header as it came. */
  readonly retryAfter: string | undefined;
}

/**
 * The client-server API of the homeserver beside us, as far as we need it. `clientAddress` is told to the homeserver, which would
 * otherwise count all requests as those of one client. Every method throws HomeserverFailure where there is no answer.
 */
export interface Homeserver {
  /** GET /login */
  loginFlows(clientAddress: string): Promise<HomeserverAnswer>;
  /** POST /login with this body, and with the access token of an application service where there is one. */
  logIn(
    body: Readonly<Record<string, unknown>>,
    clientAddress: string,
    accessToken: Secret | undefined,
  ): Promise<HomeserverAnswer>;
  /** GET /account/whoami */
  whoAmI(token: Secret, clientAddress: string): Promise<HomeserverAnswer>;
}
