import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { systemRandom } from '../../src/base/random.js';
import { runCli } from '../../src/cli/cli.js';
import type { SignalSource } from '../../src/lifecycle.js';
import type { Terminal } from '../../src/cli/terminal.js';

/** The exit code and output of a command. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A running command. */
export interface Started {
  /** Its standard output so far. */
  readonly out: string;
  /** Sends SIGTERM, and resolves when the command has ended. */
  stop(): Promise<Ran>;
}

/** A folder for running commands. */
export interface CliWorkspace {
  readonly folder: string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>, terminal?: Terminal): Promise<Ran>;
  /**
   * Starts a command that runs until a signal, and resolves when it has printed something or ended.
   */
  start(args: readonly string[]): Promise<Started>;
  remove(): void;
}

const noTerminal: Terminal = {
  isInteractive: false,
  ask: () => Promise.resolve(undefined),
  askSecret: () => Promise.resolve(undefined),
};

/** Creates a folder in the temporary folder of the system. */
export function createWorkplace(): CliWorkspace {
  const folder = mkdtempSync(join(tmpdir(), 'gangway-cli-'));
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true }),
    run: (args, env = {}, terminal = noTerminal) => runCommand(folder, args, { env, terminal }),
    async start(args) {
      const signals = new EventEmitter();
      const printed = new EventEmitter();
      const ended = runCommand(folder, args, { signals, onPrinted: (text) => void printed.emit('text', text) });
      const [out] = await Promise.race([once(printed, 'text'), ended.then((ran) => [ran.out])]);
      return {
        out: String(out),
        stop() {
          signals.emit('SIGTERM');
          return ended;
        },
      };
    },
  };
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: Terminal;
  readonly signals?: SignalSource;
  readonly onPrinted?: (out: string) => void;
}

/** Runs a command in that folder, in this process, and resolves when it has ended. */
export async function runCommand(folder: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, terminal = noTerminal, signals = process, onPrinted = () => undefined } = options;
  const printed = { out: '', err: '' };
  const code = await runCli(args, {
    out(text) {
      printed.out += text;
      onPrinted(printed.out);
    },
    err: (text) => (printed.err += text),
    terminal,
    env,
    folder,
    signals,
    clock: systemClock,
    random: systemRandom,
  });
  return { code, ...printed };
}
