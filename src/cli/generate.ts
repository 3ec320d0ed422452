import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from './exit-code.js';
import type { GeneratedFile } from './generated-files.js';
import type { CliContext } from './cli-context.js';

/** `gangway generate`: writes the generated files of the project, or lists the stale ones. */
export function addGenerate(parent: Command, { out, err, folder }: CliContext, end: (code: number) => void) {
  parent
    .command('generate')
    .description('write the generated files of the project, for developers of Gangway, in its folder')
    .option('--check', 'write nothing, and fail if a file is stale')
    .action(async ({ check = false }: { check?: boolean }) => {
      // Loaded here, so that other commands do not wait for all endpoints to load.
      const { generatedFiles } = await import('./generated-files.js');
      const stale = generatedFiles.filter((file) => readIfThere(resolve(folder, file.path)) !== file.render());
      if (!check) {
        stale.forEach((file) => write(folder, file));
        out(stale.length === 0 ? 'All files are up to date.\n' : stale.map(({ path }) => `Wrote ${path}.\n`).join(''));
        return;
      }
      if (stale.length === 0) return;
      stale.forEach(({ path }) => err(`${path} is stale.\n`));
      err('Run `npm run generate`.\n');
      end(exitCodes.output);
    });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function write(folder: string, { path, render }: GeneratedFile): void {
  const target = resolve(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, render());
}
