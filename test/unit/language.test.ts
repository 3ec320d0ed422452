import { expect, it } from 'vitest';
import { breachesIn, commentsBelow, filesInLanguage, measure, type Breach } from '../support/language.js';

const print = ({ file, line, rule, found }: Breach): string => `${file}:${line}: ${found} (rule ${rule})`;

it('keeps rules 1, 2, 5, 6 and 7 of CONTRIBUTING.md in all files', () => {
  expect(filesInLanguage().flatMap(breachesIn).map(print)).toEqual([]);
});

it.each(measure(commentsBelow('')))('uses "$name" in comments as often as intended', (measured) => {
  expect(measured.perThousand).toBeGreaterThanOrEqual(measured.atLeast);
  expect(measured.perThousand).toBeLessThanOrEqual(measured.atMost);
});
