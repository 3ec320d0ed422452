import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.js';
import { systemRandom } from '../../../src/base/random.js';
import { runCli } from '../../../src/cli/cli.js';
import type { Terminal } from '../../../src/cli/terminal.js';

/** How a command ended, and what it printed. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own to run commands in. */
export interface Workplace {
  readonly folder: string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>, terminal?: Terminal): Promise<Ran>;
  remove(): void;
}

const noTerminal: Terminal = {
  isInteractive: false,
  ask: () => Promise.resolve(undefined),
  askSecret: () => Promise.resolve(undefined),
};

/** Makes a folder in the system's temporary one. */
export function createWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'gangway-cli-'));
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true }),
    async run(args, env = {}, terminal = noTerminal) {
      const printed = { out: '', err: '' };
      const code = await runCli(args, {
        out: (text) => (printed.out += text),
        err: (text) => (printed.err += text),
        terminal,
        env,
        folder,
        signals: process,
        clock: systemClock,
        random: systemRandom,
      });
      return { code, ...printed };
    },
  };
}
