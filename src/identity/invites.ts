import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** An invite of somebody who is known by an e-mail address only. */
export interface InviteRequest {
  readonly medium: string;
  readonly address: string;
  /** Opaque. */
  readonly roomId: string;
  readonly sender: string;
  /** The user of the access token; undefined in version 1. */
  readonly caller: Mxid | undefined;
  readonly clientAddress: string;
  /**
   * Other members of the request that are text: what the mail may show, and links for web clients.
   */
  readonly details: Readonly<Record<string, string>>;
  readonly brand: string | undefined;
}

/** A stored invite, as the inviting homeserver needs it. */
export interface StoredInvite {
  readonly token: string;
  /** The long-term key first. Unpadded base64. */
  readonly publicKeys: readonly [InviteKey, InviteKey];
  /** The address, redacted. */
  readonly displayName: string;
}

/** A public key that will verify what the invited one signs. */
export interface InviteKey {
  readonly publicKey: string;
  readonly keyValidityUrl: string;
}

/** Invites by e-mail. Every method throws IdentityFailure. */
export interface Invites {
  /** Stores it and mails it. */
  store(request: InviteRequest): Promise<StoredInvite>;
  /**
   * Returns whether this is the ephemeral public key of an invite, in either alphabet of base64.
   */
  isEphemeralKeyValid(publicKey: string): Promise<boolean>;
  /** `{mxid, sender, token, signatures}`, signed with the invite's own private key. */
  sign(request: {
    readonly token: string;
    readonly privateKey: Secret;
    readonly mxid: string;
  }): Promise<Readonly<Record<string, unknown>>>;
}
