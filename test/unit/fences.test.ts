import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The parts of the program that each part may import, besides itself and `base`. Parts are the
 * longest matching path below src/.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  base: [],
  admin: ['accounts', 'database', 'hand-over', 'login'],
  bridge: [],
  config: [],
  observability: [],
  accounts: ['database', 'identity', 'matrix', 'threepid'],
  'accounts/embedded': ['accounts', 'database'],
  'accounts/relay': ['accounts', 'matrix'],
  database: ['migrations'],
  matrix: [],
  migrations: [],
  delivery: [],
  threepid: ['database', 'delivery'],
  identity: ['database', 'delivery', 'matrix', 'threepid'],
  web: ['http'],
  telegram: [],
  'telegram/gramjs': ['telegram'],
  'telegram/mtcute': ['telegram'],
  'hand-over': ['bridge', 'database', 'telegram'],
  login: ['bridge', 'database', 'hand-over', 'telegram'],
  sessions: ['database', 'telegram'],
  webhooks: ['database', 'delivery'],
  http: ['observability'],
  api: [
    'accounts',
    'admin',
    'bridge',
    'config',
    'delivery',
    'hand-over',
    'http',
    'identity',
    'login',
    'matrix',
    'sessions',
    'threepid',
    'web',
    'webhooks',
  ],
  sandbox: [],
  import: ['database', 'identity', 'login', 'telegram'],
  lifecycle: [],
  app: [
    'accounts',
    'accounts/embedded',
    'accounts/relay',
    'admin',
    'api',
    'bridge',
    'config',
    'database',
    'delivery',
    'hand-over',
    'http',
    'identity',
    'lifecycle',
    'login',
    'matrix',
    'observability',
    'sessions',
    'telegram',
    'telegram/gramjs',
    'telegram/mtcute',
    'threepid',
    'web',
    'webhooks',
  ],
  cli: [
    'accounts',
    'accounts/embedded',
    'accounts/relay',
    'admin',
    'api',
    'app',
    'bridge',
    'config',
    'database',
    'delivery',
    'hand-over',
    'http',
    'identity',
    'import',
    'lifecycle',
    'login',
    'matrix',
    'observability',
    'sandbox',
    'sessions',
    'telegram',
    'telegram/gramjs',
    'telegram/mtcute',
    'threepid',
    'web',
    'webhooks',
  ],
  main: ['cli'],
};

/** The parts that may import a restricted library. */
const fences: readonly { readonly library: RegExp; readonly parts: readonly string[] }[] = [
  { library: /^(typeorm|pg|sqlite3)$/, parts: ['database', 'migrations'] },
  { library: /^telegram$/, parts: ['telegram/gramjs'] },
  { library: /^(koa|koa-.+|@koa\/.+)$/, parts: ['http', 'api'] },
  { library: /^ws$/, parts: ['http'] },
  { library: /^uqr$/, parts: ['cli', 'web'] },
  { library: /^winston$/, parts: ['observability'] },
  { library: /^prom-client$/, parts: ['observability'] },
  { library: /^nodemailer$/, parts: ['delivery'] },
  { library: /^eta$/, parts: ['delivery'] },
  { library: /^commander$/, parts: ['cli', 'main'] },
  { library: /^@node-rs\/argon2$/, parts: ['accounts/embedded'] },
  { library: /^@(mtcute|fuman)\/.+$/, parts: ['telegram/mtcute'] },
];

/** Only the database itself and the parts that compose the program may import from here. */
const databaseInternals = /^src\/database\/sealing\//;
const tablesOfTheDatabase = /^src\/database\/tables\//;
const composers = ['app', 'cli', 'database', 'migrations'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly names: string;
}

function sources(folder: string): string[] {
  if (!existsSync(`${root}${folder}`)) return [];
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`);
}

const statement = /^\s*(?:import|export)\s(?<names>[^'"]*?)from\s*['"](?<named>[^'"]+)['"]/gm;
const bare = /(?:^\s*import\s*|\bimport\(\s*|\brequire\(\s*)['"](?<named>[^'"]+)['"]/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(`${root}${file}`, 'utf8');
  return [...text.matchAll(statement), ...text.matchAll(bare)].map(({ groups }) => {
    const to = groups?.['named'] ?? '';
    const isOurs = to.startsWith('.');
    return {
      from: file,
      to: isOurs ? posix.join(dirname(file), to).replace(/\.js$/, '.ts') : to,
      names: groups?.['names'] ?? '',
    };
  });
}

function partOf(file: string): string {
  const path = file.replace(/^src\//, '').replace(/\.ts$/, '');
  const part = Object.keys(arrows)
    .filter((name) => path === name || path.startsWith(`${name}/`))
    .sort((one, other) => other.length - one.length)[0];
  return part ?? `no row for ${file}`;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const files = [...sources('src'), ...sources('migrations')];
const imports = files.flatMap(importsOf);
const ours = imports.filter(({ to }) => to.startsWith('src/') || to.startsWith('migrations/'));
const libraries = imports.filter(({ to }) => !ours.some((own) => own.to === to));
const show = ({ from, to }: Import) => `${from} -> ${to}`;

describe('the layout', () => {
  it('is read at all', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(ours.length).toBeGreaterThan(50);
    expect(libraries.map(({ to }) => to)).toContain('winston');
  });

  it('has a row for every folder and file at the top of src', () => {
    expect(files.map(partOf).filter((part) => part.startsWith('no row'))).toEqual([]);
  });

  it('allows no import in the wrong direction', () => {
    const wrong = ours.filter(({ from, to }) => {
      const [here, there] = [partOf(from), partOf(to)];
      return here !== there && there !== 'base' && !arrows[here]?.includes(there);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('is drawn in docs/architecture.md with the same arrows', () => {
    const docs = readFileSync(`${root}docs/architecture.md`, 'utf8');
    const drawn = [...docs.matchAll(/^ {2}(\S+) --> (.+)$/gm)].map(([, from = '', to = '']) => [from, to.split(' & ')]);
    const composing = ['app', 'cli', 'main'];
    const allowed = Object.entries(arrows).filter(([from, to]) => to.length > 0 && !composing.includes(from));
    expect(Object.fromEntries(drawn)).toEqual(Object.fromEntries(allowed));
  });

  it('lets no wire version of the provisioning API import another', () => {
    const dialectOf = (file: string) => /^src\/api\/(provisioning-[^/]+)\//.exec(file)?.[1];
    const wrong = ours.filter(({ from, to }) => {
      const [here, there] = [dialectOf(from), dialectOf(to)];
      return here !== undefined && there !== undefined && here !== there;
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('lets what the provisioning APIs share import none of them', () => {
    const wrong = ours.filter(
      ({ from, to }) => from.startsWith('src/api/provisioning/') && to.startsWith('src/api/provisioning-'),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('lets services import the entry points of the database only', () => {
    const wrong = ours.filter(({ from, to }) => databaseInternals.test(to) && !composers.includes(partOf(from)));
    expect(wrong.map(show)).toEqual([]);
  });

  it('lets services import types only from the tables of the database', () => {
    const wrong = ours.filter(
      ({ from, to, names }) =>
        tablesOfTheDatabase.test(to) && !names.startsWith('type ') && !composers.includes(partOf(from)),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('lets only the listed parts import a restricted library', () => {
    const wrong = libraries.filter(({ from, to }) =>
      fences.some(({ library, parts }) => library.test(packageOf(to)) && !parts.includes(partOf(from))),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('loads mtcute on demand only, because loading takes time and memory', () => {
    const gateway = 'src/telegram/mtcute/gateway.ts';
    const wrong = ours.filter(
      ({ from, to, names }) =>
        partOf(to) === 'telegram/mtcute' &&
        (partOf(from) !== 'telegram/mtcute' ? to !== gateway : from === gateway) &&
        names !== '' &&
        !names.startsWith('type '),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('takes time and randomness from base only', () => {
    const drawsRandom = /\b(randomBytes|randomUUID|randomInt|randomFill|getRandomValues|webcrypto)\b/;
    const wrong = libraries.filter(
      ({ from, to, names }) =>
        !/^src\/base\/(clock|random)\.ts$/.test(from) &&
        (/^(node:)?timers(\/promises)?$/.test(to) || (/^(node:)?crypto$/.test(to) && drawsRandom.test(names))),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('has no cycle', () => {
    const next = new Map(files.map((file) => [file, ours.filter(({ from }) => from === file).map(({ to }) => to)]));
    const cleared = new Set<string>();
    const cycleFrom = (file: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (cleared.has(file)) return undefined;
      for (const to of next.get(file) ?? []) {
        const cycle = cycleFrom(to, [...path, file]);
        if (cycle) return cycle;
      }
      cleared.add(file);
      return undefined;
    };
    expect(files.map((file) => cycleFrom(file, [])).filter((cycle) => cycle !== undefined)).toEqual([]);
  });
});
