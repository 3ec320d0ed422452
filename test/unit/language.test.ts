import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breachesIn, filesInLanguage, type Breach } from '../support/language.js';

/** Files, folders (`/`) and folders without those in them (`/*`) that are not rewritten yet: remove what is clean, add none. */
const notYetDone: readonly string[] = ['bench/', 'bench/README.md'];

const isBelow = (path: string, file: string): boolean => {
  if (path.endsWith('/*')) return dirname(file) === dirname(path);
  return path.endsWith('/') ? file.startsWith(path) : file === path;
};
const isNotYetDone = (file: string): boolean => notYetDone.some((path) => isBelow(path, file));

const print = ({ file, line, rule, found }: Breach): string => `${file}:${line}: ${found} (rule ${rule})`;

describe('language', () => {
  const breaches = filesInLanguage().flatMap(breachesIn);

  it('keeps rules 1, 2, 5 and 7 of CONTRIBUTING.md in all files that are done', () => {
    expect(breaches.filter(({ file }) => !isNotYetDone(file)).map(print)).toEqual([]);
  });

  it('lists no file or folder as not yet done that is clean', () => {
    expect(notYetDone.filter((path) => !breaches.some(({ file }) => isBelow(path, file)))).toEqual([]);
  });
});
