import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const manifest = z.object({ version: z.string() });

/**
 * Returns the version of this program, from the nearest package.json above this file: its location
 * differs before and after the build.
 */
export function readVersion(folder = new URL('.', import.meta.url)): string {
  const file = new URL('package.json', folder);
  if (existsSync(file)) return manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
  const above = new URL('..', folder);
  if (above.href === folder.href) throw new Error('there is no package.json above this program');
  return readVersion(above);
}
