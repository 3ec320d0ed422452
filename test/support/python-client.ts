import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program in Python that the tests run, unmodified, as a process of its own. */
export interface PythonClient {
  /** Why its tests are skipped; undefined if they run. */
  readonly missing: string | undefined;
  /** Reports once for a run that its tests are skipped; throws instead if they are required. */
  reportWhetherSkipped(): void;
  /**
   * Runs the script with this order, and returns the lines of JSON that it prints. Throws if it
   * fails.
   */
  run(order: Readonly<Record<string, unknown>>): Promise<readonly unknown[]>;
}

/**
 * A client of the PyPI package `name`: GANGWAY_TEST_<KEY>_PYTHON names a Python that has it, and
 * GANGWAY_REQUIRE_<KEY>=1 requires it.
 */
export function createPythonClient(key: string, name: string, script: string): PythonClient {
  const variable = `GANGWAY_TEST_${key}_PYTHON`;
  const python = process.env[variable];
  const path = fileURLToPath(new URL(`../clients/python/${script}`, import.meta.url));
  return {
    missing: python ? undefined : `skipped: ${variable} names no Python with ${name}`,
    reportWhetherSkipped() {
      if (python) return;
      if (process.env[`GANGWAY_REQUIRE_${key}`] === '1') {
        throw new Error(`${variable} must name a Python that has the package ${name}`);
      }
      console.warn(`Tests with ${name} are skipped: ${variable} names no Python that has it.`);
    },
    async run(order) {
      const client = spawn(python ?? 'python3', [path], { stdio: ['pipe', 'pipe', 'pipe'] });
      const printed = { out: '', err: '' };
      client.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()));
      client.stderr.on('data', (chunk: Buffer) => (printed.err += chunk.toString()));
      client.stdin.end(JSON.stringify(order));
      await once(client, 'close');
      // Telethon warns of a failed key exchange, which it repeats: it drops leading zero bytes of
      // one key in 256.
      if (client.exitCode !== 0) throw new Error(`${script} failed: ${printed.err}`);
      const lines = printed.out.trim().split('\n');
      return lines.map((line): unknown => JSON.parse(line));
    },
  };
}
