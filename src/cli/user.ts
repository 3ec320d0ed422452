import type { Command } from 'commander';
import type { Secret } from '../base/secret.js';
import { configFileOption } from './config-file-option.js';
import { readNewPassword } from './new-password.js';
import type { CliContext } from './cli-context.js';
import { type AccountAdmin, type Outcome, withAccountAdmin } from './account-admin.js';

interface ConfigOption {
  readonly config: string;
}

interface PasswordOptions extends ConfigOption {
  readonly passwordFile?: string;
}

const passwordFile = [
  '--password-file <file>',
  'a file with the password as its only line; if absent, the terminal asks for it',
] as const;

/** `gangway user`: manages embedded Matrix accounts, also while the daemon runs. */
export function addUser(program: Command, context: CliContext, end: (code: number) => void) {
  const user = program.command('user').description('manage the Matrix accounts of Gangway (accounts.mode: embedded)');
  const work = async (options: ConfigOption, task: (accountAdmin: AccountAdmin) => Promise<Outcome>) =>
    end(await withAccountAdmin(options.config, context, task));
  const passwordFor =
    ({ passwordFile: file }: PasswordOptions) =>
    () =>
      readNewPassword(file, context);

  user
    .command('add')
    .description('create an account')
    .argument('<user>', 'its Matrix ID, or only the localpart')
    .addOption(configFileOption())
    .option(...passwordFile)
    .action((name: string, options: PasswordOptions) =>
      work(options, (accountAdmin) => add(accountAdmin, name, passwordFor(options))),
    );
  user
    .command('list')
    .description('list the Matrix ID of each account, and whether it is deactivated')
    .addOption(configFileOption())
    .action((options: ConfigOption) => work(options, list));
  user
    .command('reset-password')
    .alias('reset')
    .description('set a new password, and end all logins of the account')
    .argument('<user>', 'its Matrix ID, or only the localpart')
    .addOption(configFileOption())
    .option(...passwordFile)
    .action((name: string, options: PasswordOptions) =>
      work(options, (accountAdmin) => resetPassword(accountAdmin, name, passwordFor(options))),
    );
  user
    .command('deactivate')
    .description(
      'deactivate an account permanently, and end all its logins, including those to Telegram; its name ' +
        'stays reserved',
    )
    .argument('<user>', 'its Matrix ID, or only the localpart')
    .addOption(configFileOption())
    .action((name: string, options: ConfigOption) => work(options, (accountAdmin) => deactivate(accountAdmin, name)));
}

type AskPassword = () => ReturnType<typeof readNewPassword>;

async function add(accountAdmin: AccountAdmin, name: string, ask: AskPassword): Promise<Outcome> {
  const { administration, serverName, readNewUser } = accountAdmin;
  const mxid = readNewUser(name, serverName);
  if (mxid === undefined) {
    const grammar = 'a to z, 0 to 9 and . _ = - / +';
    return refused(`Invalid user name ${name}. Use @name:${serverName}, with a name of ${grammar}.`);
  }
  const namesake = await administration.find(mxid);
  if (namesake) return refused(`${describe(namesake)} already exists.`);
  return withPassword(ask, async (password) =>
    (await administration.add(mxid, password)) ? done(`Created ${mxid}.`) : refused(`${mxid} already exists.`),
  );
}

async function list({ administration }: AccountAdmin): Promise<Outcome> {
  const accounts = await administration.list();
  return { done: accounts.map((account) => `${describe(account)}\n`).join('') };
}

async function resetPassword({ administration }: AccountAdmin, name: string, ask: AskPassword): Promise<Outcome> {
  const account = await administration.find(name);
  if (account?.deactivatedAt !== undefined) return refused(`${account.mxid} is permanently deactivated.`);
  if (!account) return refused(`There is no account ${name}.`);
  const { mxid } = account;
  return withPassword(ask, async (password) =>
    (await administration.resetPassword(mxid, password))
      ? done(`Set a new password for ${mxid}, and ended all its logins.`)
      : refused(`${mxid} was deactivated meanwhile.`),
  );
}

async function deactivate({ administration }: AccountAdmin, name: string): Promise<Outcome> {
  const account = await administration.find(name);
  if (!account) return refused(`There is no account ${name}.`);
  return (await administration.deactivate(account.mxid))
    ? done(`Deactivated ${account.mxid}, and ended all its logins, including those to Telegram.`)
    : refused(`${account.mxid} is deactivated already.`);
}

async function withPassword(ask: AskPassword, use: (password: Secret) => Promise<Outcome>): Promise<Outcome> {
  const answer = await ask();
  return 'problem' in answer ? refused(answer.problem) : use(answer.password);
}

function describe({ mxid, deactivatedAt }: { readonly mxid: string; readonly deactivatedAt: number | undefined }) {
  return deactivatedAt === undefined ? mxid : `${mxid} (deactivated)`;
}

function done(text: string): Outcome {
  return { done: `${text}\n` };
}

function refused(text: string): Outcome {
  return { refused: `${text}\n` };
}
