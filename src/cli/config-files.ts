import { readFileSync, statSync } from 'node:fs';
import type { ConfigFiles } from '../config/named-files.js';

/** The files of a configuration on this machine. */
export const configFiles: ConfigFiles = {
  readFile: (path) => readFileSync(path, 'utf8'),
  isReadableByOthers: (path) => (statSync(path).mode & 0o004) !== 0,
};
