import { createRequire } from 'node:module';
import type { MetadataJson } from 'libphonenumber-js/core';

const require = createRequire(import.meta.url);

/**
 * Returns the numbering plans of all countries. The first call loads them, because they take
 * memory.
 */
export function phoneMetadata(): MetadataJson {
  return require('libphonenumber-js/metadata.min.json') as MetadataJson;
}
