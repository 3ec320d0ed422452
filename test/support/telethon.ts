import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const python = process.env['GANGWAY_TEST_TELETHON_PYTHON'];
/** Why the tests with Telethon are skipped; undefined if they run. */
export const telethonMissing = python
  ? undefined
  : 'skipped: GANGWAY_TEST_TELETHON_PYTHON names no Python with Telethon';

/** Reports once for a run that the tests with Telethon are skipped; fails instead if GANGWAY_REQUIRE_TELETHON=1. */
export default function reportWhetherSkipped(): void {
  if (telethonMissing === undefined) return;
  if (process.env['GANGWAY_REQUIRE_TELETHON'] === '1') {
    throw new Error('GANGWAY_TEST_TELETHON_PYTHON must name a Python that has the package telethon');
  }
  console.warn('Tests with Telethon are skipped: GANGWAY_TEST_TELETHON_PYTHON names no Python that has telethon.');
}

const script = fileURLToPath(new URL('../clients/python/telethon_client.py', import.meta.url));

/** Runs a new client of unmodified Telethon with this order, and returns the lines of JSON that it prints. */
export async function runTelethon(order: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
  const client = spawn(python ?? 'python3', [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  const printed = { out: '', err: '' };
  client.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()));
  client.stderr.on('data', (chunk: Buffer) => (printed.err += chunk.toString()));
  client.stdin.end(JSON.stringify(order));
  await once(client, 'close');
  // Telethon warns of a failed key exchange, which it repeats: it drops leading zero bytes of one key in 256.
  if (client.exitCode !== 0) throw new Error(`Telethon failed: ${printed.err}`);
  return printed.out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}
