import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeBlocksIn, type CodeBlock } from './code-blocks.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A page of Markdown in the repository. */
export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Returns every page of the repository, and uncommitted ones. */
export function allPages(): Page[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  const paths = [...new Set(listed.split('\n'))].filter((path) => path !== '');
  return paths.map((path) => ({ path, text: readFileSync(`${root}${path}`, 'utf8') }));
}

/** Languages of the blocks whose commands run. */
const commandLanguages: readonly string[] = ['sh', 'console'];

/**
 * Why a block of commands does not run in the test, by its mark. `shows` matches each such block.
 */
const reasonsNotToRun: Readonly<Record<string, { readonly why: string; readonly shows: RegExp }>> = {
  docker: { why: 'requires a container engine', shows: /\bdocker\b/ },
  kubernetes: { why: 'requires a cluster', shows: /\bkubectl\b/ },
  database: { why: 'requires the database of another program', shows: /\bgangway import\b|\bpg_/ },
  root: { why: 'changes the system', shows: /\bsudo\b|\bapt-get\b|\bsystemctl\b/ },
  checkout: { why: 'runs in a checkout, as the checks do', shows: /\b(npm|npx|pip|go)\b|\.ci\/run/ },
};

const reasonNames = Object.keys(reasonsNotToRun).join(', ');

/** Returns whether a mark is a reason not to run a block. */
export const isReason = (mark: string): boolean => mark in reasonsNotToRun;

/** What a block may require with the mark `needs=<name>`: a command that fails if it is missing. */
const requirements: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  jq: ['jq', '--version'],
  go: ['go', 'version'],
  telethon: ['python3', '-c', 'import pytest, telethon'],
};

/** What a mark of a block means. */
export type Mark =
  | { readonly kind: 'not run'; readonly why: string }
  | { readonly kind: 'background' }
  | { readonly kind: 'needs'; readonly name: string; readonly check: readonly [program: string, ...args: string[]] }
  | { readonly kind: 'file'; readonly name: string };

/** Returns the meaning of a mark. Throws if there is no such mark. */
export function readMark(mark: string): Mark {
  const [name = '', value = ''] = mark.split('=');
  const reason = reasonsNotToRun[name];
  if (reason && !mark.includes('=')) return { kind: 'not run', why: reason.why };
  if (mark === 'background') return { kind: 'background' };
  const check = requirements[value];
  if (name === 'needs' && check) return { kind: 'needs', name: value, check };
  if (name === 'file' && /^[a-z0-9][\w./-]*$/.test(value)) return { kind: 'file', name: value };
  throw new Error(
    `"${mark}" is no mark of a block. Known: background, file=<name>, ` +
      `${reasonNames}, ${Object.keys(requirements)
        .map((each) => `needs=${each}`)
        .join(', ')}`,
  );
}

/** Returns what is wrong with the fence of a block; undefined if nothing is. */
export function fenceProblem({ language, marks, text }: CodeBlock): string | undefined {
  if (language === '') return 'has no language: use sh or console for commands, text for anything else';
  if (language === 'text' && /^\s*(\$ |gangway |curl )/m.test(text)) return 'has a command: use sh or console';
  if (['bash', 'shell', 'zsh'].includes(language)) return `is ${language}: use sh`;
  for (const mark of marks) {
    try {
      readMark(mark);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const reason = reasonsNotToRun[mark];
    if (reason && !reason.shows.test(text)) {
      return `has the mark ${mark}, but no command for it: ${reason.shows.source}`;
    }
  }
  const changesSystem = /^\s*(sudo|docker|kubectl|apt-get|systemctl|npm|npx|pip)\b/m.exec(text)?.[1];
  if (commandLanguages.includes(language) && changesSystem !== undefined && !marks.some(isReason)) {
    return `has the command ${changesSystem}, which does not run in a test: add one of the marks ${reasonNames}`;
  }
  return undefined;
}

/** Returns the blocks of a page that its test uses: commands, and files for them. */
export function usedBlocks(page: Page): CodeBlock[] {
  return codeBlocksIn(page.text).filter(
    ({ language, marks }) => commandLanguages.includes(language) || marks.some((mark) => mark.startsWith('file=')),
  );
}
