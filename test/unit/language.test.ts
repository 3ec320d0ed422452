import { expect, it } from 'vitest';
import { breachesIn, filesInLanguage, type Breach } from '../support/language.js';

const print = ({ file, line, rule, found }: Breach): string => `${file}:${line}: ${found} (rule ${rule})`;

it('keeps rules 1, 2, 5 and 7 of CONTRIBUTING.md in all files', () => {
  expect(filesInLanguage().flatMap(breachesIn).map(print)).toEqual([]);
});
