import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Builds the project once before all tests, because worker threads and child processes run from
 * dist. The compiler emits files in spite of type errors; the type check reports those.
 */
export default function build(): void {
  const compiler = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));
  const project = fileURLToPath(new URL('../../tsconfig.build.json', import.meta.url));
  const { error, stdout } = spawnSync(compiler, ['-p', project], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (stdout !== '') process.stderr.write(stdout);
}
