import type { Mxid } from '../base/mxid.js';
import type { Secret } from '../base/secret.js';

/** An invite of a user who is identified by an e-mail address only. */
export interface InviteRequest {
  readonly medium: string;
  readonly address: string;
  /** Opaque. */
  readonly roomId: string;
  readonly sender: string;
  /** The user of the access token; undefined in version 1. */
  readonly caller: Mxid | undefined;
  readonly clientAddress: string;
  /** Other text members of the request: texts for the mail, and links for web clients. */
  readonly details: Readonly<Record<string, string>>;
  readonly brand: string | undefined;
}

/** A stored invite, as the inviting homeserver needs it. */
export interface StoredInvite {
  readonly token: string;
  /** Unpadded base64, the long-term key first. */
  readonly publicKeys: readonly [InviteKey, InviteKey];
  /** The redacted address. */
  readonly displayName: string;
}

/** A public key that verifies the signature of the invited user. */
export interface InviteKey {
  readonly publicKey: string;
  readonly keyValidityUrl: string;
}

/** Invites by e-mail. Each method throws IdentityFailure. */
export interface Invites {
  /** Stores the invite and sends its mail. */
  store(request: InviteRequest): Promise<StoredInvite>;
  /**
   * Returns true if this is the ephemeral public key of an invite, in either alphabet of base64.
   */
  isEphemeralKeyValid(publicKey: string): Promise<boolean>;
  /** Returns `{mxid, sender, token, signatures}`, signed with the invite's own private key. */
  sign(request: {
    readonly token: string;
    readonly privateKey: Secret;
    readonly mxid: string;
  }): Promise<Readonly<Record<string, unknown>>>;
}
