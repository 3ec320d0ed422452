import { Failure } from '../base/failure.js';

/** The reason why the identity service cannot sign, for the admin. Contains no private key. */
export type SigningKeyFailureDetails =
  /** The file cannot be read or created. */
  | { readonly kind: 'signing_key_file_unusable'; readonly path: string }
  /** The folder of the file does not exist. */
  | { readonly kind: 'signing_key_folder_missing'; readonly folder: string }
  /** The file contains no key. */
  | { readonly kind: 'signing_key_file_empty'; readonly path: string }
  /**
   * This line of the file, counted from 1, is not `ed25519`, a version and the base64 of 32 bytes.
   */
  | { readonly kind: 'signing_key_malformed'; readonly path: string; readonly line: number }
  /** Two lines of the file have different keys of the same version. */
  | { readonly kind: 'signing_key_repeated'; readonly path: string; readonly keyId: string }
  /** The file does not exist, although the database has a key that was used. */
  | { readonly kind: 'signing_key_missing'; readonly path: string; readonly keyId: string; readonly publicKey: string }
  /** The file has another key of that version than the one that was used. */
  | { readonly kind: 'signing_key_changed'; readonly path: string; readonly keyId: string; readonly publicKey: string };

/** Thrown by loadSigningKeys. */
export class SigningKeyFailure extends Failure<SigningKeyFailureDetails> {}
