import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Random } from '../base/random.js';
import { meaningOf, type AccountMode } from '../config/account-mode.js';
import { renderSample } from '../config/render-sample.js';
import { baseUrl, isExampleName } from '../config/network-address.js';
import { isServerName } from '../config/server-name.js';
import type { Tree } from '../config/tree.js';
import { configFileOption } from './config-file-option.js';
import { exitCodes } from './exit-code.js';
import { explainUnwritten } from './explain-unwritten.js';
import type { CliContext } from './cli-context.js';
import type { Terminal } from './terminal.js';

/** accounts.mode of the new file, with homeserver.address if it needs one. */
interface AccountChoice {
  readonly mode: AccountMode;
  readonly address?: string | undefined;
}

interface InitOptions {
  readonly config: string;
  readonly domain?: string;
  readonly homeserver?: string;
  readonly embedded?: true;
  readonly accounts: boolean;
}

/**
 * `gangway config init`: creates a configuration with fresh secrets that only its owner can read.
 * Never overwrites.
 */
export function addConfigInit(
  parent: Command,
  { out, err, folder, random, terminal }: CliContext,
  end: (code: number) => void,
) {
  parent
    .command('init')
    .description('create a configuration file with fresh secrets; an existing file is never overwritten')
    .addOption(configFileOption())
    .option('--domain <name>', 'the server name: the part after the colon in your Matrix IDs', readDomain)
    .addOption(
      new Option('--homeserver <url>', 'pass Matrix logins on to the homeserver at this address (accounts.mode: relay)')
        .argParser(readAddress)
        .conflicts(['embedded', 'accounts']),
    )
    .addOption(
      new Option(
        '--embedded',
        'Gangway has the Matrix accounts; there is no homeserver (accounts.mode: embedded)',
      ).conflicts('accounts'),
    )
    .option('--no-accounts', 'serve no Matrix logins (accounts.mode: off)')
    .action(async (options: InitOptions) => {
      const { config: file, domain } = options;
      const choice = chosen(options) ?? (await askForChoice(terminal, err));
      if (choice === undefined) return end(exitCodes.usage);
      const problem = writeOnce(resolve(folder, file), renderSample(freshValues(random, domain, choice)));
      if (problem !== undefined) {
        err(`${file} was not written: ${problem}\n`);
        return end(exitCodes.output);
      }
      const todo = domain === undefined ? ['homeserver.domain', 'bridge.permissions'] : [];
      const keys = ['telegram.api_id', 'telegram.api_hash', ...todo].join(', ');
      out(`Wrote ${file}, with fresh secrets; only you may read it.\n`);
      out(`accounts.mode: ${choice.mode}. ${meaningOf(choice.mode, choice.address)}\n`);
      out(`Next, set ${keys}. Get api_id and api_hash at https://my.telegram.org/apps.\n`);
      out(`Then run: gangway config check -c ${file}\n`);
    });
}

function chosen({ homeserver, embedded, accounts }: InitOptions): AccountChoice | undefined {
  if (homeserver !== undefined) return { mode: 'relay', address: homeserver };
  if (embedded) return { mode: 'embedded' };
  return accounts ? undefined : { mode: 'off' };
}

const question = [
  'Where are the Matrix accounts of this server name?',
  '  - On a homeserver: type the address at which Gangway reaches it, such as http://localhost:8008.',
  '  - In Gangway, and there is no homeserver: type embedded.',
  '  - Elsewhere, and Gangway serves no Matrix logins: type off.',
  '> ',
].join('\n');

/**
 * Asks on the terminal until the answer is valid. Returns undefined without a terminal or an
 * answer.
 */
async function askForChoice(terminal: Terminal, err: (text: string) => void): Promise<AccountChoice | undefined> {
  if (!terminal.isInteractive) {
    err('Choose the account mode: --homeserver URL, --embedded or --no-accounts. (gangway config init --help)\n');
    return undefined;
  }
  for (;;) {
    const answer = (await terminal.ask(question))?.trim();
    if (answer === undefined) return undefined;
    if (answer === 'embedded' || answer === 'off') return { mode: answer };
    const address = baseUrl.safeParse(answer);
    if (address.success) return { mode: 'relay', address: address.data };
    err(`${address.error.issues.map(({ message }) => message).join(' ')}\n`);
  }
}

function freshValues(random: Random, domain: string | undefined, choice: AccountChoice): ReadonlyMap<string, Tree> {
  const values = new Map<string, Tree>([
    ['provisioning.shared_secret', random.bytes(32).toString('base64url')],
    ['encryption.key', random.bytes(32).toString('base64')],
    ['accounts.mode', choice.mode],
    ...(choice.address === undefined ? [] : [['homeserver.address', choice.address] as const]),
  ]);
  if (domain === undefined) return values;
  return values.set('homeserver.domain', domain).set('bridge.permissions', { [domain]: 'user' });
}

function readAddress(text: string): string {
  const read = baseUrl.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError(read.error.issues.map(({ message }) => message).join(' '));
}

function readDomain(text: string): string {
  if (isExampleName(text)) throw new InvalidArgumentError('This name is reserved for examples.');
  if (isServerName(text)) return text;
  throw new InvalidArgumentError('It must be a server name, such as the part after the colon of a Matrix ID.');
}

function writeOnce(path: string, text: string): string | undefined {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    const problem = explainUnwritten(error, path);
    if (problem === undefined) throw error;
    return problem;
  }
}
