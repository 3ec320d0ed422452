/**
 * How a command ended, as the number that the process exits with. Scripts rely on these: never give
 * one another meaning.
 */
export const exitCodes = {
  ok: 0,
  defect: 1,
  usage: 2,
  config: 3,
  database: 4,
  listen: 5,
  output: 6,
  account: 7,
  bridge: 8,
} as const;

/** The name of a way to end. */
export type Ending = keyof typeof exitCodes;

const meanings: Readonly<Record<Ending, string>> = {
  ok: 'All went well. For `gangway run`: it received SIGTERM, SIGINT or SIGHUP, and stopped in order.',
  defect:
    'Something happened that should not: a defect of Gangway. Please report it, with what was logged. For `gangway healthcheck`: ' +
    'the daemon does not answer.',
  usage: 'The command line was not understood.',
  config: 'The configuration is not in order: what is wrong is on standard error.',
  database:
    'The database cannot be used: not reachable, no access, or sealed with a key that the configuration does not have.',
  listen: 'The address cannot be listened on.',
  output:
    'A file was not written: it exists already, or cannot be created. For `gangway generate --check`: a file is stale.',
  account:
    'For `gangway user`: nothing was changed, because there is no such account, or its name is taken or not possible, or its ' +
    'password cannot be used, or the accounts are those of a homeserver. For `gangway sessions`: no hand-over is waiting, there is no such login, or its session was not exported. For `gangway config check --who`: the user may not log in.',
  bridge: 'For `gangway config check --online`: the bridge cannot take logins; why is on standard error.',
};

/** Returns the section of the documentation on exit codes, in Markdown. */
export function renderExitCodes(): string {
  const rows = Object.entries(meanings).map(([name, meaning]) => `| ${exitCodes[name as Ending]} | ${meaning} |`);
  const forced =
    '| 129, 130, 143 | `gangway run` received another signal (SIGHUP, SIGINT, SIGTERM) a second or more after the first, and exited at once. |';
  return ['## Exit codes', '', '| code | meaning |', '| --- | --- |', ...rows, forced, ''].join('\n');
}
