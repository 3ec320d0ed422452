import { InvalidArgumentError, type Command } from 'commander';
import {
  type AdminAnswer,
  AdminCallProblem,
  type AdminClient,
  type AdminOptions,
  createAdminClient,
} from './admin-client.js';
import type { CliContext } from './cli-context.js';
import { configFileOption } from './config-file-option.js';
import { exitCodes } from './exit-code.js';
import { type Cell, renderTable, showTime } from './table-output.js';

interface ListOptions extends AdminOptions {
  readonly limit?: number;
  readonly search?: string;
}

interface ActOptions extends AdminOptions {
  readonly yes?: boolean;
  readonly withoutBridge?: boolean;
}

/** A list of the API, and its columns on a terminal. */
interface List {
  readonly key: string;
  readonly headings: readonly string[];
  readonly row: (item: AdminAnswer) => readonly Cell[];
}

const lists = {
  users: { key: 'users', headings: ['user'], row: (user) => [text(user['user_id'])] },
  sessions: {
    key: 'sessions',
    headings: ['telegram user', 'user', 'username', 'name', 'held by', 'logged in'],
    row: (session) => [
      text(session['telegram_user_id']),
      text(session['user_id']),
      text(session['username']),
      text(session['name']),
      text(session['held_by']),
      showTime(session['logged_in_at']),
    ],
  },
  processes: {
    key: 'processes',
    headings: ['login id', 'user', 'flow', 'step', 'started', 'expires'],
    row: (process) => [
      text(process['login_id']),
      text(process['user_id']),
      text(process['flow']),
      text(process['step']),
      showTime(process['started_at']),
      showTime(process['expires_at']),
    ],
  },
  handOvers: {
    key: 'hand_overs',
    headings: ['telegram user', 'user', 'state', 'attempts', 'next attempt', 'reason'],
    row: (handOver) => [
      text(handOver['telegram_user_id']),
      text(handOver['user_id']),
      text(handOver['state']),
      text(handOver['attempts']),
      showTime(handOver['next_attempt_at']),
      text(handOver['reason']),
    ],
  },
  threepids: {
    key: 'threepids',
    headings: ['medium', 'address', 'use', 'added'],
    row: (threepid) => [
      text(threepid['medium']),
      text(threepid['address']),
      text(threepid['use']),
      showTime(threepid['added_at']),
    ],
  },
  devices: {
    key: 'devices',
    headings: ['device', 'name', 'created'],
    row: (device) => [text(device['device_id']), text(device['display_name']), showTime(device['created_at'])],
  },
} as const satisfies Record<string, List>;

const pageSize = 500;

/** `gangway admin`: the admin API of the running daemon on the command line. */
export function addAdmin(program: Command, context: CliContext, end: (code: number) => void) {
  const admin = program.command('admin').description('manage users through the admin API of the running daemon');
  const printJson = (value: unknown) => context.out(`${JSON.stringify(value, null, 2)}\n`);

  /** Runs the work, and prints its answer as JSON or with `print`. */
  const run = async (
    options: AdminOptions,
    work: (client: AdminClient) => Promise<AdminAnswer>,
    print: (answer: AdminAnswer) => string,
  ) => {
    try {
      const answer = await work(createAdminClient(options, context));
      if (options.json === true) printJson(answer);
      else context.out(print(answer));
    } catch (error) {
      if (!(error instanceof AdminCallProblem)) throw error;
      context.err(`${error.message}\n`);
      end(error.exitCode);
    }
  };
  const printList =
    ({ key, headings, row }: List) =>
    (answer: AdminAnswer) =>
      renderTable(headings, itemsOf(answer, key).map(row));
  const list = (path: string, shown: List) => (options: ListOptions) =>
    run(options, (client) => collect(client, path, shown.key, options), printList(shown));
  const confirmed = (options: ActOptions, what: string, act: () => Promise<void>) => {
    if (options.yes === true) return act();
    context.err(`${what} Add --yes to do it.\n`);
    return end(exitCodes.account);
  };

  const users = admin.command('users').description('the Matrix users');
  listOptions(daemonOptions(users.command('list').description('list the users')))
    .option('--search <text>', 'only users whose Matrix ID contains this text')
    .action(list('/users', lists.users));
  daemonOptions(users.command('show').description('show what is stored about a user').argument('<Matrix ID>')).action(
    (user: string, options: AdminOptions) => run(options, (client) => client.get(userPath(user)), printUser),
  );
  daemonOptions(users.command('threepids').description('list the 3PIDs of a user').argument('<Matrix ID>')).action(
    (user: string, options: AdminOptions) =>
      run(options, (client) => client.get(`${userPath(user)}/threepids`), printList(lists.threepids)),
  );
  daemonOptions(
    users
      .command('deactivate')
      .description('deactivate a user for good: Matrix account, logins to Telegram, 3PIDs, bindings')
      .argument('<Matrix ID>'),
  )
    .option('--yes', 'really do it')
    .action((user: string, options: ActOptions) =>
      confirmed(options, `This deactivates ${user} for good.`, () =>
        run(
          options,
          (client) => client.post(`${userPath(user)}/deactivate`),
          ({ account, sessions }) =>
            `${account === 'deactivated' ? `Deactivated ${user}` : `Removed the data of ${user}, whose account is on the homeserver`}. ` +
            `Telegram sessions to end: ${text(sessions)}.\n`,
        ),
      ),
    );

  const sessions = admin.command('sessions').description('the logins to Telegram');
  listOptions(daemonOptions(sessions.command('list').description('list the logins'))).action(
    list('/sessions', lists.sessions),
  );
  daemonOptions(sessions.command('show').description('show a login').argument('<telegram user ID>')).action(
    (id: string, options: AdminOptions) =>
      run(
        options,
        (client) => client.get(`/sessions/${encodeURIComponent(id)}`),
        (session) => renderTable(lists.sessions.headings, [lists.sessions.row(session)]),
      ),
  );
  daemonOptions(sessions.command('revoke').description('log a user out of Telegram').argument('<telegram user ID>'))
    .option('--yes', 'really do it: the user has to log in again')
    .option('--without-bridge', 'if the bridge is gone for good: do not wait until it has logged out')
    .action((id: string, options: ActOptions) =>
      confirmed(options, 'This logs the user out of Telegram.', () =>
        run(
          options,
          (client) =>
            client.post(`/sessions/${encodeURIComponent(id)}/revoke`, {
              without_bridge: options.withoutBridge === true,
            }),
          ({ outcome }) => `Removed ${id}. ${afterRevocation[text(outcome)] ?? ''}\n`,
        ),
      ),
    );

  const processes = admin.command('processes').description('the login processes');
  listOptions(daemonOptions(processes.command('list').description('list the login processes'))).action(
    list('/processes', lists.processes),
  );
  daemonOptions(processes.command('cancel').description('cancel a login process').argument('<login ID>')).action(
    (id: string, options: AdminOptions) =>
      run(
        options,
        (client) => client.post(`/processes/${encodeURIComponent(id)}/cancel`),
        () => `Cancelled ${id}.\n`,
      ),
  );

  const handOvers = admin.command('hand-overs').description('the hand-overs of sessions to the bridge');
  listOptions(daemonOptions(handOvers.command('list').description('list the hand-overs'))).action(
    list('/hand_overs', lists.handOvers),
  );
  daemonOptions(
    handOvers
      .command('retry')
      .description('try a hand-over again now, also one that the bridge has refused')
      .argument('<telegram user ID>'),
  ).action((id: string, options: AdminOptions) =>
    run(
      options,
      (client) => client.post(`/hand_overs/${encodeURIComponent(id)}/retry`),
      () => `The daemon asks the bridge about ${id} within 10 seconds.\n`,
    ),
  );
}

const afterRevocation: Readonly<Record<string, string>> = {
  ended: 'The daemon ends its session at Telegram.',
  exported: 'End its exported session in the Telegram app.',
  at_bridge: 'If its session is still in use, end it in the Telegram app.',
};

function daemonOptions(command: Command): Command {
  return command
    .addOption(configFileOption())
    .option('--url <url>', 'the URL of the daemon; if absent, the listener in the configuration file')
    .option('--token-file <file>', 'a file with the admin token; if absent, the first of admin.tokens')
    .option('--json', 'print the answer of the API');
}

function listOptions(command: Command): Command {
  return command.option('--limit <number>', 'print at most so many', (given: string) => {
    if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
    throw new InvalidArgumentError('It must be a number from 1.');
  });
}

/** Returns the items of all pages, up to the limit. */
async function collect(client: AdminClient, path: string, key: string, { limit = Infinity, search }: ListOptions) {
  const items: AdminAnswer[] = [];
  for (let from: string | undefined; ;) {
    const count = Math.min(pageSize, limit - items.length);
    const page = await client.get(path, { from, search, limit: String(count) });
    items.push(...itemsOf(page, key));
    const next = page['next_batch'];
    if (typeof next !== 'string' || items.length >= limit) return { [key]: items };
    from = next;
  }
}

function printUser(user: AdminAnswer): string {
  const account = user['account'];
  const times = isAnswer(account) ? account : undefined;
  const deactivated = showTime(times?.['deactivated_at']);
  const about = times
    ? `Matrix account created ${showTime(times['created_at']) ?? ''}${deactivated === undefined ? '' : `, deactivated ${deactivated}`}`
    : 'no Matrix account of Gangway';
  const { devices, sessions, processes, handOvers, threepids } = lists;
  const tables = [devices, sessions, processes, handOvers, threepids].map(({ key, headings, row }: List) => {
    const table = renderTable(headings, itemsOf(user, key).map(row));
    return table === '' ? '' : `\n${key.replace('_', '-')}:\n${table}`;
  });
  return `${text(user['user_id'])}: ${about}\n${tables.join('')}`;
}

function itemsOf(answer: AdminAnswer, key: string): readonly AdminAnswer[] {
  const items = answer[key];
  return Array.isArray(items) ? items.filter(isAnswer) : [];
}

function isAnswer(value: unknown): value is AdminAnswer {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function userPath(user: string): string {
  return `/users/${encodeURIComponent(user)}`;
}
