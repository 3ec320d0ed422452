import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const dist = new URL('../../dist/', import.meta.url);
const src = new URL('../../src/', import.meta.url);

const bundles = new Map(
  readdirSync(new URL('src/', dist))
    .filter((name, _, names) => name.endsWith('.js') && names.includes(`${name}.map`))
    .map((name) => [name, readFileSync(new URL(`src/${name}`, dist), 'utf8')]),
);

const sourceMap = z.object({ sources: z.array(z.string()) });

/** Returns the packages in these bundles. */
function packagesIn(names: Iterable<string>): Set<string> {
  const packages = new Set<string>();
  for (const name of names) {
    const { sources } = sourceMap.parse(JSON.parse(readFileSync(new URL(`src/${name}.map`, dist), 'utf8')));
    for (const source of sources) {
      const [, found] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
      // Source maps of some packages name folders that only their authors have.
      if (found !== undefined && existsSync(new URL(`../node_modules/${found}`, dist))) packages.add(found);
    }
  }
  return packages;
}

/** Returns what a bundle imports statically. */
function importedBy(name: string): readonly string[] {
  return [...(bundles.get(name) ?? '').matchAll(/\b(?:from|import)\s*"([^"\s]+)"/g)].map(([, from = '']) => from);
}

/** Returns a bundle with its static imports. */
function loadedWith(name: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  for (const imported of importedBy(name)) {
    if (imported.startsWith('./')) loadedWith(imported.slice(2), loaded);
  }
  return loaded;
}

/** The bundles that a daemon on SQLite loads at its start. */
function loadedAtStart(): Set<string> {
  const sqlite = [...bundles.keys()].filter((name) => /^sqlite-\w+\.js$/.test(name));
  expect(sqlite).toHaveLength(1);
  return sqlite.reduce((loaded, name) => loadedWith(name, loaded), loadedWith('daemon.js', loadedWith('main.js')));
}

describe('the build', () => {
  it.each(['sp_rename', 'ALL_TAB_COLS', 'application/vnd.1000minds'])(
    'leaves out what packages have for other uses (%s)',
    (text) => {
      expect([...bundles].filter(([, bundle]) => bundle.includes(text)).map(([name]) => name)).toEqual([]);
    },
  );

  it('has the licence of each package in it', () => {
    const notices = readFileSync(new URL('THIRD-PARTY-NOTICES.txt', dist), 'utf8');
    const packages = [...packagesIn(bundles.keys())];
    expect(packages).toContain('typeorm');
    expect(packages.filter((name) => !notices.includes(`\n${name} `))).toEqual([]);
  });

  it('contains ASCII only, because V8 stores a file with any other character in two bytes for each', () => {
    const others = [...bundles].filter(([, bundle]) => /[^\0-\x7f]/.test(bundle));
    expect(others.map(([name]) => name)).toEqual([]);
  });

  it('starts the daemon from fewer than 100 files', () => {
    const loaded = loadedAtStart();
    expect(packagesIn(loaded)).toContain('koa');
    expect(loaded.size).toBeLessThan(100);
  });

  it('starts the daemon with at most 4 MB of source, which V8 keeps in memory', () => {
    const length = [...loadedAtStart()].reduce((sum, name) => sum + (bundles.get(name) ?? '').length, 0);
    expect(length).toBeGreaterThan(1_000_000);
    expect(length).toBeLessThan(4_000_000);
  });

  it('starts the daemon without packages that are loaded when they are used', () => {
    const loaded = loadedAtStart();
    const packages = [...packagesIn(loaded), ...[...loaded].flatMap(importedBy)];
    expect(packages).toContain('typeorm');
    const later = /^(@mtcute|@fuman|telegram|nodemailer|tr46|uqr|pg)(\/|$)/;
    expect(packages.filter((name) => later.test(name))).toEqual([]);
  });

  it('keeps the names of failures, which logs contain', () => {
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const names = files.flatMap((file) =>
      [
        ...readFileSync(new URL(file, src), 'utf8').matchAll(
          /^(?:export )?(?:abstract )?class (\w+) extends \w*(?:Failure|Error)\b/gm,
        ),
      ].map(([, name]) => name),
    );
    const renamed = [...new Set(names)].filter((name) =>
      [...bundles.values()].some((text) => new RegExp(`\\b${name}\\d+\\s*=\\s*class\\b`).test(text)),
    );
    expect(names).toContain('LoginFailure');
    expect(renamed).toEqual([]);
  });
});
