import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import { z } from 'zod';

/** A replacement of files in packages. V8 keeps the source of all loaded files in memory. */
interface Replacement {
  /** The path of the files. */
  readonly filter: RegExp;
  /** Returns the source in place of a file, or undefined to keep the file. */
  readonly replace: (path: string) => Promise<string | undefined> | string | undefined;
  readonly loader?: 'json';
}

/** The media types that the program uses, of 2,500. */
const mediaTypes = ['application/json', 'application/octet-stream', 'text/html', 'text/plain'];

/** The drivers that the program uses. TypeORM loads those for all databases that it supports. */
const drivers = ['postgres', 'sqlite', 'sqlite-abstract', 'types'];

/** Returns a regular expression for a path below node_modules. */
function inPackages(path: string): RegExp {
  return new RegExp(String.raw`[/\\]node_modules[/\\]${path.replaceAll('/', String.raw`[/\\]`)}$`);
}

function emptyClass(path: string): string {
  const name = basename(path, '.js');
  return `exports.${name} = class ${name} {};`;
}

const replacements: readonly Replacement[] = [
  {
    filter: inPackages(String.raw`typeorm/driver/[\w-]+/\w+\.js`),
    replace: (path) => (drivers.includes(basename(dirname(path))) ? undefined : emptyClass(path)),
  },
  {
    filter: inPackages(String.raw`typeorm/(?:entity-manager/MongoEntityManager|repository/MongoRepository)\.js`),
    replace: emptyClass,
  },
  // TypeORM looks for the folder of the program, and does not find a bundle's.
  { filter: inPackages('app-root-path/index.js'), replace: () => 'exports.path = process.cwd();' },
  // TypeORM uses these to find entities by file name, to read its own variables, and to colour SQL.
  {
    filter: inPackages(
      String.raw`(?:glob/dist/commonjs/(?:\w+/)?index(?:\.min)?|dotenv/lib/main|ansis/index|sql-highlight/lib/index|@sqltools/formatter/lib/sqlFormatter)\.c?js`,
    ),
    replace: () => '',
  },
  // Node has the same hash functions.
  {
    filter: inPackages('sha.js/index.js'),
    replace: () => `module.exports = require('node:crypto').createHash;`,
  },
  {
    filter: inPackages('mime-db/db.json'),
    async replace(path) {
      const all = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
      return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([type]) => mediaTypes.includes(type))));
    },
    loader: 'json',
  },
  // All bodies are UTF-8.
  { filter: inPackages('iconv-lite/encodings/index.js'), replace: () => `module.exports = require('./internal');` },
  {
    filter: inPackages('rate-limiter-flexible/index.js'),
    replace: () =>
      ['RateLimiterMemory', 'RateLimiterRes'].map((name) => `exports.${name} = require('./lib/${name}');`).join('\n'),
  },
  // Error messages of Zod in other languages.
  { filter: inPackages('zod/v4/locales/index.js'), replace: () => 'export {};' },
  {
    filter: inPackages('@dabh/diagnostics/node/index.js'),
    replace: () => `module.exports = require('./production.js');`,
  },
  // It reads the stack at each use to warn of deprecated functions.
  {
    filter: inPackages('depd/index.js'),
    replace: () => `module.exports = () => Object.assign(() => {}, { function: (one) => one, property() {} });`,
  },
];

/** Replaces the parts of packages that the program does not use. */
export const unusedParts: Plugin = {
  name: 'unused parts of packages',
  setup(hooks) {
    for (const { filter, replace, loader = 'js' } of replacements) {
      hooks.onLoad({ filter }, async ({ path }) => {
        const contents = await replace(path);
        return contents === undefined ? undefined : { contents, loader, resolveDir: dirname(path) };
      });
    }
  },
};
