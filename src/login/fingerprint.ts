import { createHash } from 'node:crypto';
import { Secret } from '../base/secret.js';
import type { LoginInput } from './shapes.js';

/**
 * Returns a digest of the input. Equal inputs have equal digests. The input cannot be recovered
 * from it.
 */
export function fingerprint(input: LoginInput): string {
  const value = Object.values(input).map((part: unknown): unknown => (part instanceof Secret ? part.reveal() : part));
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
