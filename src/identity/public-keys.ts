/** The long-term public keys of the identity service. */
export interface PublicKeys {
  /** Unpadded base64 of the key with this id, such as `ed25519:0`: key_unknown if there is none. */
  find(keyId: string): Promise<string>;
  /** Returns whether it is or was one of ours, in either alphabet of base64, a space for a plus. */
  isValid(publicKey: string): Promise<boolean>;
}
