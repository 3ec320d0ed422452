import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** The session at an identity server in which an address was proven. */
export interface IdentitySession {
  readonly sid: string;
  readonly clientSecret: Secret;
}

/**
 * What an identity server answered: 200, or a refusal. An answer without a JSON object has an empty
 * body.
 */
export interface IdentityServerAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Identity servers of others, of whatever name a user has given: `host[:port][/path]`, which the
 * caller has read. Every method throws FederationFailure if there is no answer.
 */
export interface IdentityServers {
  /** `POST /_matrix/identity/v2/3pid/bind`, in the name of the user of that access token. */
  bind(
    server: string,
    asked: IdentitySession & { readonly mxid: Mxid },
    accessToken: Secret,
  ): Promise<IdentityServerAnswer>;
  /** `POST /_matrix/identity/v2/3pid/unbind`, with the session that validated the address. */
  unbind(
    server: string,
    asked: IdentitySession & { readonly mxid: Mxid; readonly address: ThirdPartyAddress },
  ): Promise<IdentityServerAnswer>;
}
