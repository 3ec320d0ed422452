import { readFileSync } from 'node:fs';

/** The scripts of the pages, by their names in URLs. */
export type ScriptName = 'script.js' | 'widget.js';

/** Returns a script as it is sent to browsers. */
export function readScript(name: ScriptName): Buffer {
  return readFileSync(new URL(name, import.meta.url));
}
