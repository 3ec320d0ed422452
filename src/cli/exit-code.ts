/** The exit codes of commands. Scripts rely on these: never change their meanings. */
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
  daemon: 9,
  incomplete: 10,
} as const;

/** The name of an exit code. */
export type Ending = keyof typeof exitCodes;

const meanings: Readonly<Record<Ending, string>> = {
  ok: 'Success. For `gangway run`: it received SIGTERM or SIGINT, and stopped gracefully.',
  defect:
    'A defect of Gangway. Please report it, with the log. For `gangway healthcheck`: the daemon does not answer. For `gangway doctor`: a check failed.',
  usage: 'The command line is invalid.',
  config: 'The configuration is invalid. The problems are on standard error.',
  database:
    'The database cannot be used: unreachable, access denied, or encrypted with a key that is not in the ' +
    'configuration.',
  listen: 'The address cannot be listened on.',
  output:
    'A file was not written: it exists already, or cannot be created. For `gangway generate --check`: a file is stale.',
  account:
    'For `gangway user`: nothing was changed, because the account does not exist, the name is taken or ' +
    'invalid, the password is invalid, or the accounts are on a homeserver. For `gangway sessions` and `gangway admin`: no ' +
    'hand-over is waiting, there is no such login, or its session was not exported. For `gangway config ' +
    'check --who`: the user may not log in. For `gangway import`: the configuration does not fit the source.',
  daemon: 'For `gangway admin`: the daemon does not answer, rejects the token, or cannot do it at the moment.',
  bridge: 'For `gangway config check --online`: the bridge does not accept logins. The reason is on standard error.',
  incomplete: 'For `gangway import`: some rows were refused. All others were imported, or would be.',
};

/** Returns the section of the documentation on exit codes, in Markdown. */
export function renderExitCodes(): string {
  const rows = Object.entries(meanings).map(([name, meaning]) => `| ${exitCodes[name as Ending]} | ${meaning} |`);
  const forced =
    '| 129, 130, 143 | SIGHUP, SIGINT or SIGTERM ended the command. It leaves no lock, and no partial file unless ' +
    'another signal followed: run it again. For `gangway run`: another such signal (SIGHUP only in a terminal) a second or more after the first ended it at once. |';
  return ['## Exit codes', '', '| code | meaning |', '| --- | --- |', ...rows, forced, ''].join('\n');
}
