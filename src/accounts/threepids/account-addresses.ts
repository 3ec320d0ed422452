import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/** A Matrix user, by the access token that came with the request. */
export interface Caller {
  readonly mxid: Mxid;
  readonly accessToken: Secret;
  readonly clientAddress: string;
}

/** An address of an account, as `GET /account/3pid` lists it. Times are epoch ms. */
export interface AccountAddress extends ThirdPartyAddress {
  readonly validatedAt: number;
  readonly addedAt: number;
}

/** The body of a request as it came, for an authority that passes it on; it holds secrets. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** A request for a token that proves an address. */
export interface AddressTokenRequest {
  readonly medium: 'email' | 'msisdn';
  /** As it was typed. */
  readonly address: string;
  /** ISO 3166-1, two letters; of phone numbers only. */
  readonly country: string | undefined;
  readonly clientSecret: string;
  readonly sendAttempt: number;
  readonly nextLink: string | undefined;
  /** Undefined if no access token was sent: then nobody learns whether the address is in use. */
  readonly caller: Caller | undefined;
  readonly clientAddress: string;
  /** What stands for that address where requests are counted. */
  readonly client: string;
  readonly body: RequestBody;
}

/** A session in which an address was proven. */
export interface ProofSession {
  readonly sid: string;
  readonly clientSecret: string;
}

/** What names an address that is to go. */
export interface AddressRemoval {
  readonly medium: string;
  readonly address: string;
  readonly idServer: string | undefined;
  readonly body: RequestBody;
}

/** Whether the identity server has forgotten the address too. */
export type UnbindResult = 'success' | 'no-support';

/**
 * The contact addresses of Matrix accounts (client-server API, "Adding Account Administrative
 * Contact Information"). There is one implementation for one server name, as there is one
 * AccountAuthority. Every method throws AccountFailure and ThreepidFailure.
 */
export interface AccountAddresses {
  /** Throws if changes are refused whatever they are. */
  admit(): void;
  /**
   * Throws if tokens are refused to that client, whatever the address of that medium. Counts
   * nothing.
   */
  admitToken(medium: 'email' | 'msisdn', client: string): void;
  /** Oldest first. */
  list(caller: Caller): Promise<readonly AccountAddress[]>;
  /** Returns the reply of the request, `sid` in it. */
  requestToken(request: AddressTokenRequest): Promise<RequestBody>;
  /**
   * `auth` is that member of the request; `method` and `path` are what the authentication is bound
   * to.
   */
  add(caller: Caller, session: ProofSession, auth: unknown, body: RequestBody): Promise<void>;
  /** Without user-interactive authentication: the deprecated `POST /account/3pid`. */
  addWithoutAuthentication(caller: Caller, session: ProofSession, body: RequestBody): Promise<void>;
  /** Takes the address from the account, and unbinds it. Idempotent. */
  remove(caller: Caller, removal: AddressRemoval): Promise<UnbindResult>;
  /** Publishes a proven address at an identity server. */
  bind(
    caller: Caller,
    session: ProofSession,
    server: { readonly idServer: string; readonly idAccessToken: Secret },
    body: RequestBody,
  ): Promise<void>;
  unbind(caller: Caller, removal: AddressRemoval): Promise<UnbindResult>;
}
