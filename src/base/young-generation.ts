import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation as small as it is. While a program loads, it would grow to 16 MiB a
 * half, for good.
 */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Lets V8's young generation grow again when much in it survives. The thousands of texts of a large
 * request body are then collected there. Otherwise, they are moved twice and collected with all
 * other objects, which takes as long as the rest of the request.
 */
export function releaseYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
