import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle, type Plugin } from 'esbuild';
import { z } from 'zod';
import { thirdPartyNotices } from './third-party-notices.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const outFolder = 'dist/src';

/** Files that a process or a thread starts with, or that tests load. All others become chunks. */
const entryPoints = {
  main: 'src/main.ts',
  daemon: 'src/cli/daemon.ts',
  'gramjs-worker': 'src/telegram/gramjs/gramjs-worker.ts',
};

/** Files that are read at run time, from the folder of the module that reads them. */
const assets = ['src/web/browser/script.js', 'src/web/browser/widget.js'];

const peers = z.object({ peerDependencies: z.record(z.string(), z.string()) });

/** Packages that are loaded from node_modules. */
function externalPackages(): string[] {
  const typeorm: unknown = JSON.parse(readFileSync(join(root, 'node_modules/typeorm/package.json'), 'utf8'));
  return [
    // Native.
    '@node-rs/argon2',
    // The drivers of databases, most of which are not installed.
    ...Object.keys(peers.parse(typeorm).peerDependencies),
    // Half of the program's size, and only a worker loads it.
    'telegram',
    // Loaded only if it is the engine, with files beside it.
    '@mtcute/*',
    '@fuman/*',
  ];
}

/** TypeORM looks for the folder of the program when it is loaded, and does not find a bundle's. */
const currentFolderAsRoot: Plugin = {
  name: 'current folder as root',
  setup(hooks) {
    const namespace = 'app-root';
    hooks.onResolve({ filter: /^app-root-path$/ }, ({ path }) => ({ path, namespace }));
    hooks.onLoad({ filter: /^/, namespace }, () => ({ contents: 'exports.path = process.cwd();' }));
  },
};

/**
 * TypeORM loads the code for all databases that it supports, a third of its size. The bundle has
 * empty classes instead, except for the two in use.
 */
const unusedDrivers: Plugin = {
  name: 'unused drivers of TypeORM',
  setup(hooks) {
    const used = ['postgres', 'sqlite', 'sqlite-abstract', 'types'];
    hooks.onLoad({ filter: /[/\\]typeorm[/\\]driver[/\\][\w-]+[/\\]\w+\.js$/ }, ({ path }) => {
      const folder = basename(dirname(path));
      if (used.includes(folder)) return undefined;
      const name = basename(path, '.js');
      return { contents: `exports.${name} = class ${name} {};` };
    });
  },
};

/** Koa brings a list of 2,500 media types, and the program asks for these by their short names. */
const usedMediaTypes: Plugin = {
  name: 'media types in use',
  setup(hooks) {
    const used = ['application/json', 'application/octet-stream', 'text/html', 'text/plain'];
    hooks.onLoad({ filter: /[/\\]mime-db[/\\]db\.json$/ }, async ({ path }) => {
      const all = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
      const kept = Object.entries(all).filter(([type]) => used.includes(type));
      return { contents: JSON.stringify(Object.fromEntries(kept)), loader: 'json' };
    });
  },
};

/**
 * Bundles the program into `dist`, in one folder: a start reads a few files instead of two
 * thousand. Types are not checked. Files that would not change are not written, so that a program
 * which runs from `dist` is not disturbed.
 */
export async function build(): Promise<void> {
  const { outputFiles, metafile } = await bundle({
    absWorkingDir: root,
    entryPoints,
    outdir: outFolder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: externalPackages(),
    plugins: [currentFolderAsRoot, unusedDrivers, usedMediaTypes],
    // Packages in CommonJS require modules of Node.
    banner: {
      js: `import { createRequire as createRequireForPackages } from 'node:module';\nconst require = createRequireForPackages(import.meta.url);`,
    },
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  await mkdir(join(root, outFolder), { recursive: true });
  for (const { path, contents } of outputFiles) await writeIfChanged(path, contents);
  for (const asset of assets) await copyFile(join(root, asset), join(root, outFolder, basename(asset)));
  await chmod(join(root, outFolder, 'main.js'), 0o755);
  const notices = await thirdPartyNotices(root, Object.keys(metafile.inputs));
  await writeIfChanged(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), Buffer.from(notices));
  await removeOthers([...outputFiles.map(({ path }) => path), ...assets].map((path) => basename(path)));
}

async function writeIfChanged(path: string, contents: Uint8Array): Promise<void> {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(contents)) return;
  const unfinished = join(root, 'dist', `${basename(path)}.${randomUUID()}`);
  await writeFile(unfinished, contents);
  await rename(unfinished, path);
}

/** Deletes what earlier builds have left. */
async function removeOthers(kept: readonly string[]): Promise<void> {
  const names = await readdir(join(root, outFolder));
  await Promise.all(
    names
      .filter((name) => !kept.includes(name))
      .map((name) => rm(join(root, outFolder, name), { recursive: true, force: true })),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
