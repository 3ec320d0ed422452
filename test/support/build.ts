import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Builds the project once before any test, as worker threads and child processes run from dist.
 * The compiler writes what it can even where it finds faults: those are for the type check to report.
 */
export default function build(): void {
  const compiler = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));
  const project = fileURLToPath(new URL('../../tsconfig.build.json', import.meta.url));
  const { error, stdout } = spawnSync(compiler, ['-p', project], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (stdout !== '') process.stderr.write(stdout);
}
