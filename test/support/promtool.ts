import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const promtool = process.env['GANGWAY_TEST_PROMTOOL'] ?? '/usr/bin/promtool';

/** Why the checks with promtool are skipped; undefined if they run. */
export const promtoolMissing = existsSync(promtool) ? undefined : `skipped: no ${promtool}`;

/** Runs promtool. Returns its exit code and what it printed. */
export function runPromtool(
  args: readonly string[],
  input = '',
): { readonly code: number | null; readonly printed: string } {
  const { status, stdout, stderr } = spawnSync(promtool, args, { input, encoding: 'utf8' });
  return { code: status, printed: `${stdout}${stderr}` };
}

/**
 * Reports once for a run that promtool is missing; throws instead if GANGWAY_REQUIRE_PROMTOOL=1.
 */
export default function reportWhetherSkipped(): void {
  if (promtoolMissing === undefined) return;
  if (process.env['GANGWAY_REQUIRE_PROMTOOL'] === '1') {
    throw new Error(`${promtool} is required. It is in Debian's package prometheus.`);
  }
  console.warn(`Checks with promtool are skipped: there is no ${promtool}.`);
}
