import { createHash } from 'node:crypto';
import { Secret } from '../base/secret.js';
import type { LoginInput } from './shapes.js';

/** Equal for equal inputs; holds nothing of them that could be read. */
export function fingerprint(input: LoginInput): string {
  const value = Object.values(input).map((part: unknown): unknown => (part instanceof Secret ? part.reveal() : part));
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
