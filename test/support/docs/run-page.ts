import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { consoleSteps, isShownOutput, type CodeBlock } from './code-blocks.js';
import type { DocWorld } from './doc-world.js';
import { startPageShell, type PageShell } from './page-shell.js';
import { fenceProblem, readMark, usedBlocks, type Page } from './pages.js';

/** What became of the blocks of a page. */
export interface PageRun {
  readonly ran: number;
  /** Why blocks did not run, by their lines. */
  readonly skipped: ReadonlyMap<number, string>;
}

function replaceAll(text: string, replaced: ReadonlyMap<string, string>): string {
  return [...replaced].reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}

/** The first output of programs that keep running. */
const ready = /"data_centres"|\blistening\b/;

/** Runs the blocks of a page in order. Throws at the first that fails, with its line and output. */
export async function runPage(page: Page, world: DocWorld): Promise<PageRun> {
  const shell = await startPageShell(world.folder, world.env);
  const skipped = new Map<number, string>();
  let ran = 0;
  try {
    for (const block of usedBlocks(page)) {
      const problem = fenceProblem(block);
      if (problem !== undefined) throw new Error(`${page.path}:${block.line}: the block ${problem}`);
      const why = whySkipped(block, world);
      if (why !== undefined) {
        skipped.set(block.line, why);
        continue;
      }
      ran += 1;
      try {
        await runBlock(block, shell, world);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`${page.path}:${block.line}: ${why}`, { cause: error });
      }
    }
  } finally {
    await shell.close();
  }
  return { ran, skipped };
}

function whySkipped({ marks }: CodeBlock, world: DocWorld): string | undefined {
  for (const mark of marks.map(readMark)) {
    if (mark.kind === 'not run') return mark.why;
    if (mark.kind === 'needs' && !succeeds(mark.check, world)) return `requires ${mark.name}, which is not there`;
  }
  return undefined;
}

function succeeds([program, ...args]: readonly [string, ...string[]], { env }: DocWorld): boolean {
  try {
    execFileSync(program, args, { env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function runBlock(block: CodeBlock, shell: PageShell, world: DocWorld): Promise<void> {
  const marks = block.marks.map(readMark);
  const text = replaceAll(block.text, world.replaced);
  const file = marks.find((mark) => mark.kind === 'file');
  if (file) {
    const path = join(world.folder, file.name);
    await mkdir(dirname(path), { recursive: true });
    return writeFile(path, `${text}\n`);
  }
  const steps = block.language === 'console' ? consoleSteps(text) : [{ command: text, output: '' }];
  for (const { command, output: shown } of steps) {
    if (marks.some(({ kind }) => kind === 'background')) {
      await shell.startInBackground(command, ready);
      continue;
    }
    const { code, output } = await shell.run(command);
    if (code !== 0) throw new Error(`exit code ${code}\n${command}\n${output}`);
    if (shown !== '' && !isShownOutput(shown, output)) {
      throw new Error(`${command}\nprinted\n${output}\nand the page shows\n${shown}`);
    }
  }
}
