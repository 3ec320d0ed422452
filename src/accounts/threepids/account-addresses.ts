import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';

/** A Matrix user, identified by the access token of the request. */
export interface Caller {
  readonly mxid: Mxid;
  readonly accessToken: Secret;
  readonly clientAddress: string;
}

/** A 3PID of an account, as `GET /account/3pid` lists it. Times are epoch ms. */
export interface AccountAddress extends ThirdPartyAddress {
  readonly validatedAt: number;
  readonly addedAt: number;
}

/** The unchanged body of a request, for an authority that forwards it. Contains secrets. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** A request for a token that validates a 3PID. */
export interface AddressTokenRequest {
  readonly medium: 'email' | 'msisdn';
  /** As typed. */
  readonly address: string;
  /** ISO 3166-1, two letters. Only for phone numbers. */
  readonly country: string | undefined;
  readonly clientSecret: string;
  readonly sendAttempt: number;
  readonly nextLink: string | undefined;
  /**
   * Undefined if the user is unknown. Then the reply does not reveal whether the 3PID is in use.
   */
  readonly caller: TokenCaller | undefined;
  readonly clientAddress: string;
  /** Represents the client's address in rate limits. */
  readonly client: string;
  readonly body: RequestBody;
}

/** The user who requests a token. */
export interface TokenCaller {
  readonly mxid: Mxid;
  /** Undefined if the user was identified in another way, as on the web page. */
  readonly accessToken: Secret | undefined;
}

/** The 3PID of a validation session. */
export interface PendingAddress extends ThirdPartyAddress {
  /** Undefined if only the homeserver can answer this. */
  readonly isValidated: boolean | undefined;
}

/** A session in which a 3PID was validated. */
export interface ProofSession {
  readonly sid: string;
  readonly clientSecret: string;
}

/** The 3PID to remove. */
export interface AddressRemoval {
  readonly medium: string;
  readonly address: string;
  readonly idServer: string | undefined;
  readonly body: RequestBody;
}

/** Whether the identity server deleted the binding too. */
export type UnbindResult = 'success' | 'no-support';

/**
 * The 3PIDs of Matrix accounts (client-server API, "Adding Account Administrative Contact
 * Information"). There is one implementation per server name, as for AccountAuthority. Each method
 * throws AccountFailure and ThreepidFailure.
 */
export interface AccountAddresses {
  /** Throws if all changes are disabled. */
  admit(): void;
  /**
   * Throws if this client may request no token for that medium, whatever the address. Counts
   * nothing.
   */
  admitToken(medium: 'email' | 'msisdn', client: string): Promise<void>;
  /** Oldest first. */
  list(caller: Caller): Promise<readonly AccountAddress[]>;
  /** Lists those stored here, oldest first. In relay mode, the homeserver may have others. */
  listStored(mxid: Mxid): Promise<readonly AccountAddress[]>;
  /**
   * Returns the 3PID of the session, or undefined if it has expired or belongs to another user. The
   * homeserver's sessions belong to the user who has their client secret.
   */
  findPending(mxid: Mxid, session: ProofSession): Promise<PendingAddress | undefined>;
  /** Returns the reply of the request, including `sid`. */
  requestToken(request: AddressTokenRequest): Promise<RequestBody>;
  /**
   * Validates the phone number of the session by the code that was sent to it. `client` represents
   * the client's address. Throws ThreepidFailure as Validation.submitToken.
   */
  submitCode(
    session: ProofSession,
    code: Secret,
    from: { readonly client: string; readonly clientAddress: string },
  ): Promise<void>;
  /**
   * Adds the 3PID of the session. `auth` is the member of the request; the authentication is bound
   * to `method` and `path`.
   */
  add(caller: Caller, session: ProofSession, auth: unknown, body: RequestBody): Promise<void>;
  /** Adds the 3PID without user-interactive authentication: the deprecated `POST /account/3pid`. */
  addWithoutAuthentication(caller: Caller, session: ProofSession, body: RequestBody): Promise<void>;
  /** Removes the 3PID from the account, and unbinds it. Idempotent. */
  remove(caller: Caller, removal: AddressRemoval): Promise<UnbindResult>;
  /** Binds a validated 3PID at an identity server. */
  bind(
    caller: Caller,
    session: ProofSession,
    server: { readonly idServer: string; readonly idAccessToken: Secret },
    body: RequestBody,
  ): Promise<void>;
  unbind(caller: Caller, removal: AddressRemoval): Promise<UnbindResult>;
}
