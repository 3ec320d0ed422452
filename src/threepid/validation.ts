import type { Mxid } from '../base/mxid.js';
import type { BudgetUser } from '../base/quota-groups.js';
import type { Secret } from '../base/secret.js';
import type { ThirdPartyAddress, TypedAddress } from '../base/canonical-address.js';
import type { Transaction } from '../database/database.js';

/** What a session is for: what was proven for one purpose counts for no other. */
export type Purpose =
  /**
   * A publication in the identity service, and the answers to a homeserver that delegates to us.
   */
  | 'identity'
  /** An address of an account, by the client-server API. */
  | 'account'
  /** A new password for the account that the address belongs to. */
  | 'password';

/** The caller of a token request, for rate limits. */
export type Asker = BudgetUser;

/** A request for a validation token. */
export interface TokenRequest {
  readonly purpose: Purpose;
  readonly typed: TypedAddress & { readonly medium: 'email' | 'msisdn' };
  readonly clientSecret: string;
  /**
   * An integer. A message is sent only if it is greater than the greatest so far. Defaults to one
   * more than that.
   */
  readonly sendAttempt: number | undefined;
  readonly nextLink: string | undefined;
  readonly brand?: string | undefined;
  readonly asker: Asker;
  /**
   * Whether the caller must not learn what becomes of the token: the answer is the same, at the
   * same time, and failures are only logged. A withheld token for a new password is not replaced by
   * another message.
   */
  readonly isQuiet?: boolean | undefined;
  /**
   * Asked before a token goes out, in the transaction that takes note of it, once limits have let
   * it pass; it refuses by throwing.
   */
  readonly admit?: ((tx: Transaction, address: ThirdPartyAddress) => Promise<Admission>) | undefined;
}

/** What becomes of a token. */
export type Admission =
  | 'send'
  /**
   * No token is sent, and the client cannot notice. The owner of an e-mail address gets a mail
   * about the attempt.
   */
  | 'withhold';

/** A session in which a token was asked for. */
export interface ValidationTicket {
  readonly sid: string;
  readonly address: ThirdPartyAddress;
  /**
   * A phone number in the international format, such as `+44 7470 674927`; undefined for e-mail.
   */
  readonly internationalFormat: string | undefined;
}

/** The identifiers of a session. Only a caller with both may use it. */
export interface SessionKey {
  readonly purpose: Purpose;
  readonly sid: string;
  readonly clientSecret: string;
}

/**
 * A session as a client that submits a token identifies it. A session of another medium is unknown.
 */
export interface SubmissionKey extends SessionKey {
  readonly medium: 'email' | 'msisdn';
}

/** The address of a session. */
export interface SessionAddress extends ThirdPartyAddress {
  /** Epoch ms of the proof; undefined if there is none yet. */
  readonly validatedAt: number | undefined;
  /** The user who requested the token, if authenticated. */
  readonly mxid: Mxid | undefined;
}

/** A validated address. */
export interface ValidatedAddress extends SessionAddress {
  readonly validatedAt: number;
  /**
   * Another form of the same e-mail address, as it was typed, in lower case: in lookups clients
   * hash it so.
   */
  readonly alias: string | undefined;
}

/**
 * Validates addresses: a token is sent, and a user who submits it has the address. Every method
 * throws ThreepidFailure for expected errors.
 */
export interface Validation {
  /**
   * Throws rate_limited if this client or user may request no more tokens now, repeated ones
   * included. Counts nothing.
   */
  checkAsker(asker: Asker): Promise<void>;
  /**
   * Opens the session of (address, client secret), or finds it, and sends a token if `sendAttempt`
   * asks for one.
   */
  requestToken(request: TokenRequest): Promise<ValidationTicket>;
  /**
   * Validates the session; repeating it is no error. Returns the URL for the browser, with `sid` in
   * its query, if there is one. `client` represents the client's address, whose guesses are
   * limited; undefined if the address identifies no client.
   */
  submitToken(
    key: SubmissionKey,
    token: Secret,
    client: string | undefined,
  ): Promise<{ readonly nextLink: string | undefined }>;
  /**
   * Returns the session that the token validates, and validates nothing. Throws and counts wrong
   * guesses as `submitToken`.
   */
  checkToken(key: SubmissionKey, token: Secret, client: string | undefined): Promise<SessionAddress>;
  /** Returns the address of a session, validated or not; undefined if it is unknown or expired. */
  find(key: SessionKey): Promise<SessionAddress | undefined>;
  /**
   * Returns the address of a validated session: session_unknown, then session_expired, then
   * session_not_validated.
   */
  loadValidated(key: SessionKey): Promise<ValidatedAddress>;
  /**
   * Ends a validated session in the transaction in which it serves its purpose; if `use` throws, it
   * continues. Of several simultaneous calls one succeeds, and the others throw session_unknown.
   * Otherwise throws as `loadValidated`. `hold` takes, before the session, the account that `use`
   * changes: every transaction that has both takes them in this order.
   */
  consume<T>(
    key: SessionKey,
    use: (tx: Transaction, proven: ValidatedAddress) => Promise<T>,
    hold?: (tx: Transaction) => Promise<unknown>,
  ): Promise<T>;
  /** Deletes what is long over. */
  sweep(): Promise<void>;
}

/**
 * The anchored grammar of client secrets and session ids (identity service API, "opaque
 * identifiers").
 */
export const opaqueIdPattern = /^[0-9a-zA-Z.=_-]{1,255}$/;
