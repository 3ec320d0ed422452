import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The peers, as their Python packages are named, with what they need to start. */
const peers = {
  synapse: ['matrix-synapse==1.163.2'],
  // Sydent imports these two, which it declares as optional.
  sydent: ['matrix-sydent==2.6.1', 'prometheus_client', 'sentry-sdk'],
} as const;

/**
 * Returns the path of a Python that has the peer. Installs the peer on first use, into a folder
 * that Git ignores. Throws if there is no Python 3 or the packages cannot be had.
 */
export function installPeer(name: keyof typeof peers): string {
  const folder = fileURLToPath(new URL(`../node_modules/.cache/gangway-bench/${name}`, import.meta.url));
  const python = `${folder}/bin/python`;
  const complete = `${folder}/complete`;
  if (existsSync(complete)) return python;
  run('python3', ['-m', 'venv', '--clear', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...peers[name]]);
  run('touch', [complete]);
  return python;
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${status}: ${stderr}`);
}
