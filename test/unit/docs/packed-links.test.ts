import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

let packed: ReadonlySet<string>;

/** The packed files, and their folders. */
let targets: ReadonlySet<string>;

beforeAll(async () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: root });
  const [tarball] = JSON.parse(stdout) as readonly { readonly files: readonly { readonly path: string }[] }[];
  packed = new Set(tarball?.files.map(({ path }) => path));
  targets = new Set([...packed].flatMap((path) => [path, ...foldersOf(path)]));
}, 60_000);

function foldersOf(path: string): readonly string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [folder, ...foldersOf(folder)];
}

/** Returns the relative targets of the links and images of a page in Markdown. */
function linksIn(page: string): readonly string[] {
  const links = [...page.matchAll(/\]\(([^)\s]+)\)|<(?:img|a)\s[^>]*(?:src|href)="([^"]+)"/g)];
  return links
    .map(([, link, html]) => (link ?? html ?? '').replace(/#.*$/, ''))
    .filter((link) => link !== '' && !/^[a-z]+:/i.test(link));
}

describe('the tarball', () => {
  it('has the files that each of its pages links to', () => {
    const pages = [...packed].filter((path) => path.endsWith('.md') && !path.startsWith('dist/'));
    const links = pages.flatMap((page) =>
      linksIn(readFileSync(`${root}${page}`, 'utf8')).map((link) => ({
        page,
        link,
        target: posix.normalize(posix.join(posix.dirname(page), link)).replace(/\/$/, ''),
      })),
    );
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter(({ target }) => !targets.has(target)).map(({ page, link }) => `${page}: ${link}`)).toEqual([]);
  });

  it('has the sources of the client and of the examples, and none of the program', () => {
    const ending = (folder: string) =>
      [...packed].filter((path) => path.startsWith(folder)).map((path) => posix.extname(path));
    expect(new Set(ending('clients/'))).toEqual(new Set(['', '.json', '.md', '.ts']));
    expect(new Set(ending('examples/'))).toEqual(new Set(['.go', '.md', '.mod', '.py', '.ts']));
    expect(new Set(ending('bench/'))).toEqual(new Set(['.md']));
    expect([...packed].filter((path) => /^(?:src|test|migrations|scripts)\//.test(path))).toEqual([]);
  });
});
