/** The long-term public keys of the identity service. */
export interface PublicKeys {
  /**
   * Returns the key with this id, such as `ed25519:0`, in unpadded base64. Throws key_unknown if
   * there is none.
   */
  find(keyId: string): Promise<string>;
  /**
   * Returns true if this is or was a key of this service, in either alphabet of base64, with a
   * space for a plus.
   */
  isValid(publicKey: string): Promise<boolean>;
}
