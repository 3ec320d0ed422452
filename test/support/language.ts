import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A word that the rules of language refuse, with the rule's number in `CONTRIBUTING.md`. */
interface WordRule {
  readonly rule: string;
  readonly pattern: RegExp;
  /** Where the rule applies. Prose is comments and documents. */
  readonly scope: 'every line' | 'prose' | 'code' | 'documents';
  /** Legitimate uses, each with its reason. They are removed before the pattern is applied. */
  readonly exceptions: readonly { readonly pattern: RegExp; readonly reason: string }[];
}

/** A line that breaks a rule. */
export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly found: string;
}

/** A place: "where" after one of these words asks for a location, not for a condition. */
const placeBeforeWhere =
  /\b(from|to|of|and|or|is|know|knows|shows?|see|find|finds|place|places|folder|file|line|column|directory|server|host|page|table|decides?|configures?|names?|exactly|only|wherever)[,:]? where\b/giu;

const maxCommentLength = 100;

const wordRules: readonly WordRule[] = [
  {
    rule: '1: if, when or unless, not "where"',
    pattern: /(?<![.\w])where\b(?![:({'"`?.,;)=]| [:={])/iu,
    scope: 'prose',
    exceptions: [
      { pattern: placeBeforeWhere, reason: 'a place' },
      { pattern: /#+ where .*/giu, reason: 'a heading about places' },
      { pattern: /^(?:#? ?\s*)Where the Matrix accounts/giu, reason: 'a place' },
      { pattern: /\bWHERE\b/gu, reason: 'SQL' },
    ],
  },
  {
    rule: '1: if, when or unless, not "where"',
    pattern: /['"`][^'"`]*[a-z,] where (?:it|there|that|the|an?|no|none|nothing|they|this|its|one)\b/u,
    scope: 'code',
    exceptions: [{ pattern: placeBeforeWhere, reason: 'a place' }],
  },
  {
    rule: '2: the noun of the code, not "nobody", "somebody", "whoever", "everybody", "people", "strangers"',
    pattern: /\b(nobody|somebody|whoever|everybody|people|strangers?)\b/iu,
    scope: 'every line',
    exceptions: [
      { pattern: /'postgres', 'nobody'|\bpostgres or nobody\b/gu, reason: 'a user of Unix' },
      { pattern: /'resolve_identifier, nobody'/gu, reason: 'a case of a recorded transcript' },
    ],
  },
  {
    rule: '2: the noun of the code, not "those who"',
    pattern: /\bthose (who|that|whose|for whom)\b/iu,
    scope: 'prose',
    exceptions: [],
  },
  {
    rule: '5: the textbook name of a mechanism',
    pattern:
      /\b(desks?|ledgers?|offices?|doors?|knocks?|turnstiles?|walks?|walked|walker|visits?|scenery|seams?|furniture|address book|challenge book)\b/iu,
    scope: 'prose',
    exceptions: [],
  },
  {
    rule: '5: the textbook name of a mechanism',
    pattern:
      /\b\w*(?:Desk|Ledger|Office|Door|Knock|Turnstile|Walk|AddressBook|AccountBook|ChallengeBook|Scenery|Seam)s?(?![a-z])\w*|\b(?:desk|ledger|office|door|knock|turnstile|walk|walker|visit|scenery|seams|standing)s?(?![a-z])/u,
    scope: 'code',
    exceptions: [
      {
        pattern: /\bwalk(?=\()/gu,
        reason: 'a function that traverses a tree',
      },
    ],
  },
  {
    rule: '6: the word of the glossary',
    pattern: /\b(publications?|standings?|users? of gangway)\b/iu,
    scope: 'documents',
    exceptions: [],
  },
  {
    rule: '6: the word of the glossary',
    pattern: /surface/iu,
    scope: 'every line',
    exceptions: [{ pattern: /\bsurface: api\?\.name/gu, reason: 'a field of the log' }],
  },
];

const root = fileURLToPath(new URL('../../', import.meta.url));
const codeFolders = ['src', 'migrations', 'test', 'bench'];
const documents = ['README.md', 'CONTRIBUTING.md', 'config.sample.yaml', 'docs', 'bench/README.md'];

/** The files that define the rules: they must name the refused words. */
const definitions = new Set([
  'test/support/language.ts',
  'test/unit/language.test.ts',
  'bench/language.ts',
  'CONTRIBUTING.md',
]);

const filesBelow = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));

/** Returns the files that the rules apply to, relative to the repository, in alphabetical order. */
export const filesInLanguage = (): readonly string[] =>
  [
    ...codeFolders.flatMap((folder) => filesBelow(folder, /\.ts$/u)),
    ...documents.flatMap((path) => (path === 'docs' ? filesBelow(path, /\.(?:md|json)$/u) : [path])),
  ]
    .filter((file) => !definitions.has(file))
    .sort();

const isCode = (file: string): boolean => file.endsWith('.ts');
const hasComments = (file: string): boolean => isCode(file) || file.endsWith('.yaml');

/** Whether a line is a comment of its own. Prettier keeps the text of block comments behind `*`. */
const isCommentLine = (file: string, line: string): boolean =>
  (isCode(file) ? /^\s*(?:\/\/|\/\*|\*)/u : /^\s*#/u).test(line);

/** Returns the lines of a file, each with whether it is a comment. */
const linesOf = (file: string): readonly { readonly text: string; readonly isComment: boolean }[] =>
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((text) => ({ text, isComment: hasComments(file) && isCommentLine(file, text) }));

const applies = (scope: WordRule['scope'], isDocument: boolean, isComment: boolean): boolean => {
  switch (scope) {
    case 'every line':
      return true;
    case 'prose':
      return isDocument || isComment;
    case 'code':
      return !isDocument && !isComment;
    case 'documents':
      return isDocument;
  }
};

/** Returns every line of a file that breaks one of the rules 1, 2, 5 and 6, or the length of comments. */
export const breachesIn = (file: string): readonly Breach[] =>
  linesOf(file).flatMap(({ text, isComment }, index) => {
    const found = wordRules
      .filter(({ scope }) => applies(scope, !isCode(file), isComment))
      .flatMap(({ rule, pattern, exceptions }) => {
        const rest = exceptions.reduce((left, exception) => left.replace(exception.pattern, ''), text);
        const match = pattern.exec(rest);
        return match === null ? [] : [{ file, line: index + 1, rule, found: match[0] }];
      });
    const tooLong = isComment && text.length > maxCommentLength && !/https?:\/\/\S{60,}/u.test(text);
    return tooLong
      ? [
          ...found,
          { file, line: index + 1, rule: `7: at most ${maxCommentLength} characters`, found: `${text.length}` },
        ]
      : found;
  });

/** A word that is counted in comments, with the bounds of its uses per 1,000 lines of them. */
interface Measure {
  readonly name: string;
  readonly pattern: RegExp;
  readonly atLeast: number;
  readonly atMost: number;
}

const measures: readonly Measure[] = [
  {
    name: 'whoever/nobody/somebody/everybody',
    pattern: /\b(whoever|nobody|somebody|everybody)\b/giu,
    atLeast: 0,
    atMost: 0.5,
  },
  { name: 'where meaning if', pattern: /\bwhere\b/giu, atLeast: 0, atMost: 5 },
  { name: 'says/told/tells', pattern: /\b(says|told|tells)\b/giu, atLeast: 0, atMost: 1 },
  { name: 'returns', pattern: /\breturns\b/giu, atLeast: 15, atMost: Infinity },
];

/** Returns the measures of comments, with the uses per 1,000 lines. */
export const measure = (comments: readonly string[]): readonly (Measure & { readonly perThousand: number })[] =>
  measures.map((each) => ({
    ...each,
    perThousand: (1000 * (comments.join('\n').match(each.pattern)?.length ?? 0)) / Math.max(comments.length, 1),
  }));

/** Returns the comments of all code below a folder, one a line, without uses of "where" that ask for a place. */
export const commentsBelow = (folder: string): readonly string[] =>
  filesInLanguage()
    .filter((file) => isCode(file) && file.startsWith(folder))
    .flatMap(linesOf)
    .filter(({ isComment }) => isComment)
    .map(({ text }) => text.replace(placeBeforeWhere, ''));
