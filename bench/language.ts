import { breachesIn, commentsBelow, filesInLanguage, measure } from '../test/support/language.js';

/**
 * Prints what the rules of language are measured by, for all comments or below one folder; with
 * `--breaches`, each line.
 */
const folder = process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? '';
const comments = commentsBelow(folder);
console.log(`${comments.length} lines of comments; per 1,000 of them:`);
for (const { name, perThousand, atLeast, atMost } of measure(comments)) {
  const aim = atLeast > 0 ? `>= ${atLeast}` : `<= ${atMost}`;
  console.log(`${name.padEnd(36)}${perThousand.toFixed(1).padStart(6)}  aim ${aim}`);
}
const breaches = filesInLanguage()
  .filter((file) => file.startsWith(folder))
  .flatMap(breachesIn);
console.log(`${breaches.length} breaches of the rules, in ${new Set(breaches.map(({ file }) => file)).size} files`);
if (process.argv.includes('--breaches')) {
  for (const { file, line, rule, found } of breaches) console.log(`${file}:${line}: ${found} (rule ${rule})`);
}
