import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);
const src = new URL('../../src/', import.meta.url);

const bundles = new Map(
  readdirSync(new URL('src/', dist))
    .filter((name) => name.endsWith('.js'))
    .map((name) => [name, readFileSync(new URL(`src/${name}`, dist), 'utf8')]),
);

/** Returns the packages in these bundles. */
function packagesIn(names: Iterable<string>): Set<string> {
  const packages = new Set<string>();
  for (const name of names) {
    for (const [, path = ''] of (bundles.get(name) ?? '').matchAll(/^ *\/\/ node_modules\/(\S+)$/gm)) {
      packages.add(/(?:^|\/node_modules\/)((?:@[^/]+\/)?[^/]+)(?!.*\/node_modules\/)/.exec(path)?.[1] ?? '');
    }
  }
  return packages;
}

/** Returns a bundle with its static imports. */
function loadedWith(name: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  for (const [, imported = ''] of (bundles.get(name) ?? '').matchAll(/^(?:\} from|import) "\.\/(\S+\.js)";$/gm)) {
    loadedWith(imported, loaded);
  }
  return loaded;
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

  it('starts the daemon from fewer than 90 files', () => {
    const loaded = loadedWith('daemon.js', loadedWith('main.js'));
    expect(packagesIn(loaded)).toContain('koa');
    expect(loaded.size).toBeLessThan(90);
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
      [...bundles.values()].some((text) => new RegExp(`\\b${name}\\d+ = class\\b`).test(text)),
    );
    expect(names).toContain('LoginFailure');
    expect(renamed).toEqual([]);
  });
});
