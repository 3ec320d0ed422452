import { Failure } from '../base/failure.js';

/** Why the identity service cannot sign, for the administrator. No fact holds a key that signs. */
export type SigningKeyFault =
  /** The file cannot be read, or not be made. */
  | { readonly kind: 'signing_key_file_unusable'; readonly path: string }
  /** The folder that the file should lie in does not exist. */
  | { readonly kind: 'signing_key_folder_missing'; readonly folder: string }
  /** The file holds no key at all. */
  | { readonly kind: 'signing_key_file_empty'; readonly path: string }
  /**
   * That line of the file, counted from 1, is not `ed25519`, a version and the base64 of 32 bytes.
   */
  | { readonly kind: 'signing_key_malformed'; readonly path: string; readonly line: number }
  /** Two lines of the file have different keys of one version. */
  | { readonly kind: 'signing_key_repeated'; readonly path: string; readonly keyId: string }
  /** There is no file, though the database knows a key that has been in use. */
  | { readonly kind: 'signing_key_missing'; readonly path: string; readonly keyId: string; readonly publicKey: string }
  /** The file has another key of that version than the one that has been in use. */
  | { readonly kind: 'signing_key_changed'; readonly path: string; readonly keyId: string; readonly publicKey: string };

/** Thrown by loadSigningKeys. */
export class SigningKeyFailure extends Failure<SigningKeyFault> {}
