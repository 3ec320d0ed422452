import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { z } from 'zod';
import { thirdPartyNotices } from './third-party-notices.js';
import { unusedParts } from './unused-parts.js';

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
    plugins: [unusedParts],
    // Packages in CommonJS require modules of Node.
    banner: {
      js: `import { createRequire as createRequireForPackages } from 'node:module';\nconst require = createRequireForPackages(import.meta.url);`,
    },
    // V8 keeps the source in memory. Names stay, since logs contain them.
    minifyWhitespace: true,
    legalComments: 'none',
    // Positions in stack traces are easier to find in short lines.
    lineLimit: 160,
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  await mkdir(join(root, outFolder), { recursive: true });
  for (const { path, contents } of outputFiles) {
    await writeIfChanged(path, path.endsWith('.js') ? inAscii(contents) : contents);
  }
  for (const asset of assets) {
    await writeIfChanged(join(root, outFolder, basename(asset)), await readFile(join(root, asset)));
  }
  await chmod(join(root, outFolder, 'main.js'), 0o755);
  const notices = await thirdPartyNotices(root, Object.keys(metafile.inputs));
  await writeIfChanged(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), Buffer.from(notices));
  await removeOthers([...outputFiles.map(({ path }) => path), ...assets].map((path) => basename(path)));
}

/**
 * Escapes characters beyond ASCII, which esbuild leaves in regular expressions and templates. V8
 * keeps a file that has one in two bytes for each of its characters.
 */
function inAscii(contents: Uint8Array): Uint8Array {
  const escaped = Buffer.from(contents)
    .toString()
    .replaceAll(/(?<!\\)[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Buffer.from(escaped);
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
