import { createHash } from 'node:crypto';

/** The identifier of an auth key in base64, as the sandbox writes it. */
export function keyIdOf(authKey: string): string {
  const key = Buffer.from(authKey, 'base64');
  return createHash('sha1').update(key).digest().subarray(12, 20).reverse().toString('hex');
}
