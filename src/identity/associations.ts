import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';
import type { SignedRequest } from '../matrix/x-matrix.js';
import type { Purpose } from '../threepid/validation.js';

/** A signed association as it goes over the wire (identity service API, "3pid/bind"); lookups answer the very same. */
export type SignedAssociation = Readonly<Record<string, unknown>>;

/** A request to publish a validated address. */
export interface BindRequest {
  readonly sid: string;
  readonly clientSecret: string;
  readonly mxid: string;
  /** The user of the access token; undefined where none is asked for (version 1), and then a policy decides. */
  readonly caller: Mxid | undefined;
}

/** Who asks for an address to be published no longer, and with what proof. */
export type UnbindProof =
  /** The session in which the address was proven. */
  | { readonly kind: 'session'; readonly sid: string; readonly clientSecret: string }
  /** The signature of the user's homeserver, over the request as it came. */
  | { readonly kind: 'homeserver'; readonly request: SignedRequest };

/** What is published: which address is whose. Every method throws IdentityFailure and ThreepidFailure. */
export interface Associations {
  /** Publishes; a former association of the address is replaced. Pending invites come with it, and are on their way to the homeserver. */
  bind(request: BindRequest): Promise<SignedAssociation>;
  /** Idempotent. */
  unbind(
    typed: { readonly mxid: string; readonly medium: string; readonly address: string },
    proof: UnbindProof,
  ): Promise<void>;
  /** Undefined where nothing is published for it. */
  find(typed: { readonly medium: string; readonly address: string }): Promise<SignedAssociation | undefined>;
  /** Those that are published, in the order of the question; `asked` is what was asked, as it was typed. */
  findMany(
    typed: readonly { readonly medium: string; readonly address: string }[],
  ): Promise<readonly { readonly medium: string; readonly address: string; readonly mxid: Mxid }[]>;
}

/** The sessions that prove an address for the identity service. */
export const identityPurpose: Purpose = 'identity';

/** For our own services: whether, and for whom, an address in its canonical form is published. */
export type FindAssociation = (address: ThirdPartyAddress) => Promise<Mxid | undefined>;
