import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';
import type { LookupCaller } from './lookup-limits.js';
import type { SignedRequest } from '../matrix/x-matrix.js';
import type { Purpose } from '../threepid/validation.js';

/**
 * A signed association as sent to clients (identity service API, "3pid/bind"). Lookups return the
 * same object.
 */
export type SignedAssociation = Readonly<Record<string, unknown>>;

/** A request to bind a validated 3PID. */
export interface BindRequest {
  readonly sid: string;
  readonly clientSecret: string;
  readonly mxid: string;
  /**
   * The user of the access token. Undefined in version 1, which has none; then a policy decides.
   */
  readonly caller: Mxid | undefined;
}

/** The proof that authorizes an unbind. */
export type UnbindProof =
  /** The session in which the 3PID was validated. */
  | { readonly kind: 'session'; readonly sid: string; readonly clientSecret: string }
  /**
   * The signature of the user's homeserver over the unchanged request. `client` represents the
   * address that sent it.
   */
  | { readonly kind: 'homeserver'; readonly request: SignedRequest; readonly client: string }
  /** The account service of this daemon has authenticated this user. */
  | { readonly kind: 'user'; readonly mxid: Mxid };

/** A 3PID in a lookup, as typed; of any medium. */
export interface AskedAddress {
  readonly medium: string;
  readonly address: string;
}

/**
 * The bindings between 3PIDs and Matrix IDs. Each method throws IdentityFailure and
 * ThreepidFailure.
 */
export interface Associations {
  /**
   * Binds the 3PID, replacing its former binding. Pending invites are included in the result and
   * delivered to the homeserver.
   */
  bind(request: BindRequest): Promise<SignedAssociation>;
  /** Deletes the binding. Idempotent. Throws rate_limited if a client sends too many signatures. */
  unbind(typed: AskedAddress & { readonly mxid: string }, proof: UnbindProof): Promise<void>;
  /**
   * Returns undefined if the 3PID is not bound, even if it is malformed. Counts as a lookup of
   * `caller`. Throws rate_limited.
   */
  find(typed: AskedAddress, caller: LookupCaller): Promise<SignedAssociation | undefined>;
  /**
   * Returns the bound ones, in the order of the request and as typed. Throws too_many_addresses and
   * rate_limited.
   */
  findMany(
    typed: readonly AskedAddress[],
    caller: LookupCaller,
  ): Promise<readonly (AskedAddress & { readonly mxid: Mxid })[]>;
}

/** A 3PID of an embedded account. `id` is its row there. */
export interface AccountsAddress extends ThirdPartyAddress {
  readonly id: string;
  readonly mxid: Mxid;
}

/** Binds 3PIDs of embedded accounts, which need no validation session. */
export interface AccountPublisher {
  /**
   * Binds the 3PID for as long as the account has it. Returns false if the account no longer has
   * it, or if it is already bound; then that binding stays.
   */
  publish(address: AccountsAddress): Promise<boolean>;
}

/** The purpose of sessions that validate a 3PID for the identity service. */
export const identityPurpose: Purpose = 'identity';
