import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const source = fileURLToPath(new URL('../clients/gotd/', import.meta.url));
const oldestMinor = 25;

function goVersion(): string | undefined {
  try {
    return execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

function whyMissing(): string | undefined {
  const version = goVersion();
  const [, minor] = /^go1\.(\d+)/.exec(version ?? '') ?? [];
  if (Number(minor) >= oldestMinor) return undefined;
  return `Go 1.${oldestMinor} or newer is needed, and ${version ?? 'none'} was found`;
}

/** Why the tests with gotd are skipped; undefined if they run. */
export const goMissing = whyMissing();

/**
 * Reports once for a run that the tests with gotd are skipped; throws instead if
 * GANGWAY_REQUIRE_GO=1.
 */
export default function reportWhetherSkipped(): void {
  if (goMissing === undefined) return;
  if (process.env['GANGWAY_REQUIRE_GO'] === '1') throw new Error(goMissing);
  console.warn(`Tests with gotd are skipped: ${goMissing}.`);
}

/** The client of test/clients/gotd, built into a folder of its own. */
export interface GoClient {
  /**
   * Runs a job and returns the report. Rejects with what the client printed to standard error if
   * the job fails.
   */
  run(job: Readonly<Record<string, unknown>>): Promise<GoReport>;
  remove(): Promise<void>;
}

/** The report of a job: test/clients/gotd/main.go. */
export interface GoReport {
  readonly user_id: number;
  readonly username: string;
  readonly difference: string;
  readonly chats: readonly string[] | null;
  readonly logged_out: boolean;
  readonly connect_ms: number;
  readonly warnings: readonly string[];
}

// Optimizing gotd's API package takes longer than all jobs together.
const buildFlags = ['-gcflags=github.com/gotd/td/tg=-N -l'];

/** Builds the client. Takes a minute or two the first time; later builds are in Go's cache. */
export async function buildGoClient(): Promise<GoClient> {
  const folder = await mkdtemp(join(tmpdir(), 'gangway-gotd-'));
  const binary = join(folder, 'gotd');
  await promisify(execFile)('go', ['build', ...buildFlags, '-o', binary, '.'], { cwd: source });
  return {
    run: async (job) => JSON.parse(await runWith(binary, JSON.stringify(job))) as GoReport,
    remove: () => rm(folder, { recursive: true }),
  };
}

function runWith(binary: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, { stdio: ['pipe', 'pipe', 'pipe'] });
    const printed: string[] = [];
    const complaints: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => printed.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(printed.join('')) : reject(new Error(complaints.join('')))));
    child.stdin.end(input);
  });
}
