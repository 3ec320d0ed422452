import { setFlagsFromString } from 'node:v8';

/**
 * Prevents V8's young generation from growing. While a program loads, each of its halves would grow
 * to 16 MiB and not shrink again.
 */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Allows V8's young generation to grow again when many of its objects survive. The thousands of
 * texts of a large request body are then collected there. Otherwise, they are moved twice and
 * collected with all other objects, which takes as long as the rest of the request.
 */
export function releaseYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
