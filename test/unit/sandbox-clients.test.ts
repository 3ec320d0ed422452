import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

const dependency = (name: string) => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Readonly<Record<string, string>>>;
  return manifest['dependencies']?.[name] ?? manifest['devDependencies']?.[name];
};
const found = (path: string, pattern: RegExp) => pattern.exec(read(path))?.[1];

/** The versions that the tests run with, by the client's name in docs/sandbox.md. */
const versions: Readonly<Record<string, string | undefined>> = {
  gramjs: dependency('telegram'),
  mtcute: dependency('@mtcute/node'),
  Telethon: found('.ci/run', /'telethon==([\d.]+)'/),
  gotd: found('test/clients/gotd/go.mod', /github\.com\/gotd\/td v([\d.]+)/),
  'TDLib, in python-telegram': found('.ci/run', /'python-telegram==([\d.]+)'/),
  'mautrix-telegram': found('docs/beside-mautrix-telegram.md', /unmodified mautrix-telegram v([\d.]+)/),
};

it('docs/sandbox.md lists the clients of the tests, with the versions that the tests run with', () => {
  const [, section = ''] = read('docs/sandbox.md').split('## Clients that work\n');
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => /^\| (?!client|-)/.test(line));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  expect(Object.fromEntries(cells.map(([, client = '', version]) => [client, version]))).toEqual(versions);
  expect(Object.values(versions)).not.toContain(undefined);
  const tests = cells.map((row) => /\(\.\.\/(test\/[^)]+)\)/.exec(row[4] ?? '')?.[1] ?? '');
  expect(tests.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});
