/** A public key that the identity service has signed with. */
export interface IdentitySigningKeyRecord {
  /** `ed25519:` and a version. */
  readonly keyId: string;
  /** Unpadded base64. */
  readonly publicKey: string;
  /** When it was first seen, epoch ms. */
  readonly createdAt: number;
}

/** Where all public keys are kept that the identity service has ever signed with. */
export interface IdentitySigningKeyStore {
  list(): Promise<IdentitySigningKeyRecord[]>;
  insert(record: IdentitySigningKeyRecord): Promise<void>;
}
