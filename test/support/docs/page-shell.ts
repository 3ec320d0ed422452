import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The outcome of a block of commands. */
export interface BlockResult {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** A bash in which the blocks of one page run in order: variables and the folder stay. */
export interface PageShell {
  /** Runs a block. It ends at the first command that fails, and with it the shell. */
  run(text: string): Promise<BlockResult>;
  /**
   * Starts a block that runs until the shell closes, and resolves when it has printed a text that
   * matches. Rejects if it ends before.
   */
  startInBackground(text: string, ready: RegExp): Promise<void>;
  close(): Promise<void>;
}

// Begins a line that no command of a page prints.
const marker = '\u001E';

/** Starts bash in that folder. An unset variable is an error. The caller closes it. */
export async function startPageShell(folder: string, env: NodeJS.ProcessEnv): Promise<PageShell> {
  const scratch = await mkdtemp(join(tmpdir(), 'gangway-blocks-'));
  const started: ChildProcess[] = [];
  const start = (...args: readonly string[]) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-euo', 'pipefail', ...args], {
      cwd: folder,
      env,
      // A group of its own, which ends with its background processes.
      detached: true,
      stdio: 'pipe',
    });
    started.push(child);
    return child;
  };
  const shell = start('-s');
  const closed = once(shell, 'close');
  let printed = '';
  let look = () => {};
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      look();
    });
  }
  let blocks = 0;

  return {
    async run(text) {
      blocks += 1;
      const file = join(scratch, `block-${blocks}`);
      await writeFile(file, `${text}\n`);
      printed = '';
      const ended = new Promise<string>((resolve) => {
        look = () => {
          const [output, after] = printed.split(marker);
          if (after?.includes('\n') && output !== undefined) resolve(output);
        };
      });
      shell.stdin.write(`. '${file}' </dev/null 2>&1; printf '${marker}\\n'\n`);
      const output = await Promise.race([ended, closed.then(() => undefined)]);
      return output === undefined ? { code: shell.exitCode ?? 1, output: printed } : { code: 0, output };
    },

    startInBackground(text, ready) {
      const child = start('-c', text);
      let output = '';
      return new Promise((resolve, reject) => {
        child.once('close', (code) => reject(new Error(`it ended with ${code}: ${output}`)));
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding('utf8').on('data', (chunk: string) => {
            output += chunk;
            if (ready.test(output)) resolve();
          });
        }
      });
    },

    async close() {
      for (const child of started) {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, 'exit');
        process.kill(-child.pid, 'SIGTERM');
        await ended;
      }
      await rm(scratch, { recursive: true });
    },
  };
}
