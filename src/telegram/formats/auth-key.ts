import { Secret } from '../../base/secret.js';

const authKeyLength = 256;

/**
 * Returns the auth key from its bytes. Throws unless there are 256: some programs reject shorter
 * keys.
 */
export function authKeyOf(bytes: Uint8Array): Secret {
  checkLength(bytes);
  return new Secret(Buffer.from(bytes).toString('base64'));
}

/** Returns the 256 bytes of an auth key in base64. Throws for any other text. */
export function authKeyBytes(authKey: Secret): Buffer {
  const bytes = Buffer.from(authKey.reveal(), 'base64');
  checkLength(bytes);
  return bytes;
}

function checkLength({ length }: Uint8Array): void {
  if (length !== authKeyLength) throw new Error(`an auth key has ${authKeyLength} bytes, this one has ${length}`);
}
