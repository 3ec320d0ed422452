import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';
import type { LookupCaller } from './lookup-limits.js';
import type { SignedRequest } from '../matrix/x-matrix.js';
import type { Purpose } from '../threepid/validation.js';

/**
 * A signed association as it goes over the wire (identity service API, "3pid/bind"); lookups answer
 * the very same.
 */
export type SignedAssociation = Readonly<Record<string, unknown>>;

/** A request to publish a validated address. */
export interface BindRequest {
  readonly sid: string;
  readonly clientSecret: string;
  readonly mxid: string;
  /**
   * The user of the access token, or undefined if none is asked for (version 1), and then a policy
   * decides.
   */
  readonly caller: Mxid | undefined;
}

/** Who asks for an address to be published no longer, and with what proof. */
export type UnbindProof =
  /** The session in which the address was proven. */
  | { readonly kind: 'session'; readonly sid: string; readonly clientSecret: string }
  /**
   * The signature of the user's homeserver, over the request as it came; `client` stands for the
   * address that it came from.
   */
  | { readonly kind: 'homeserver'; readonly request: SignedRequest; readonly client: string }
  /** The word of our own accounts that it is this user who asks. */
  | { readonly kind: 'user'; readonly mxid: Mxid };

/** An address that somebody asks about, as it was typed; of any medium. */
export interface AskedAddress {
  readonly medium: string;
  readonly address: string;
}

/**
 * What is published: which address is whose. Every method throws IdentityFailure and
 * ThreepidFailure.
 */
export interface Associations {
  /**
   * Publishes; a former association of the address is replaced. Pending invites come with it, and
   * are on their way to the homeserver.
   */
  bind(request: BindRequest): Promise<SignedAssociation>;
  /** Idempotent. Signatures are limited by client: rate_limited. */
  unbind(typed: AskedAddress & { readonly mxid: string }, proof: UnbindProof): Promise<void>;
  /**
   * Returns undefined if nothing is published for it, whatever it is. Counts as a lookup of
   * `caller`: rate_limited.
   */
  find(typed: AskedAddress, caller: LookupCaller): Promise<SignedAssociation | undefined>;
  /**
   * Returns those that are published, in the order of the question and as they were typed:
   * too_many_addresses, rate_limited.
   */
  findMany(
    typed: readonly AskedAddress[],
    caller: LookupCaller,
  ): Promise<readonly (AskedAddress & { readonly mxid: Mxid })[]>;
}

/** An address that an account of our own has. `id` names it there. */
export interface AccountsAddress extends ThirdPartyAddress {
  readonly id: string;
  readonly mxid: Mxid;
}

/** Publishes what accounts of our own have, without a session to prove it. */
export interface AccountPublisher {
  /**
   * Publishes the address for as long as the account has it. False if the account has it no longer,
   * or where somebody has published it already: that stays as it is.
   */
  publish(address: AccountsAddress): Promise<boolean>;
}

/** The sessions that prove an address for the identity service. */
export const identityPurpose: Purpose = 'identity';
