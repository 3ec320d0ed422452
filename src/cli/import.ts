import { Option, type Command } from 'commander';
import type { Mxid } from '../base/mxid.js';
import { Secret } from '../base/secret.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { ForeignDatabase } from '../database/foreign/foreign-database.js';
import type { ImportedHolder } from '../import/login-writer.js';
import type { BridgeVersion } from '../import/mautrix-telegram.js';
import type { ImportPart } from '../import/part.js';
import type { CliContext } from './cli-context.js';
import { configFileOption } from './config-file-option.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './session-database.js';

/** The options of all sources. */
interface ImportOptions {
  readonly config: string;
  readonly from: string;
  readonly apply?: boolean;
  readonly json?: boolean;
}

interface SydentOptions extends ImportOptions {
  readonly keepPepper?: boolean;
}

interface LoginOptions extends ImportOptions {
  readonly heldBy: ImportedHolder;
  readonly bridgeIsStopped?: boolean;
}

/** What the source is opened with. */
interface Opening {
  readonly source: ForeignDatabase;
  readonly database: Database;
  readonly config: Config;
  readonly logger: Logger;
  readonly isDryRun: boolean;
}

/** The parts of an import, or why there are none. */
type Opened = readonly ImportPart[] | { readonly refused: string };

/** `gangway import`: takes over what other programs have stored, while no daemon runs. */
export function addImport(program: Command, context: CliContext, end: (code: number) => void) {
  const commands = program
    .command('import')
    .description("take over data from another program's database; a dry run unless --apply is set");

  const command = (name: string, description: string) =>
    commands
      .command(name)
      .description(description)
      .requiredOption('--from <uri>', 'its database: sqlite:PATH or postgres://USER@HOST/DATABASE (and PGPASSWORD)')
      .option('--apply', 'import; without it nothing is changed')
      .option('--json', 'print a JSON object on each line')
      .addOption(configFileOption());

  const run = async (
    name: string,
    options: ImportOptions,
    open: (opening: Opening) => Promise<Opened>,
  ): Promise<void> => {
    const outcome = await runFrom(name, options, context, open);
    if (outcome.kind === 'refused') context.err(`${outcome.refused}\n`);
    end({ refused: exitCodes.account, incomplete: exitCodes.incomplete, complete: exitCodes.ok }[outcome.kind]);
  };

  command('synapse', 'the e-mail addresses and phone numbers of the accounts of a Synapse').action(
    (options: ImportOptions) =>
      run('synapse', options, async ({ source, config: { accounts, homeserver } }) => {
        if (accounts.mode === 'off') return { refused: 'Gangway has no accounts with accounts.mode: off.' };
        const { openSynapse } = await import('../import/synapse.js');
        const hasOwnAccounts = accounts.mode === 'embedded';
        return openSynapse(source, { ...context, serverName: homeserver.domain, hasOwnAccounts });
      }),
  );
  command('mautrix-telegram', 'the Telegram logins of a mautrix-telegram, in Python or Go')
    .addOption(
      new Option('--held-by <program>', 'which program uses the sessions from now on')
        .choices(['bridge', 'gangway'])
        .makeOptionMandatory(),
    )
    .option('--bridge-is-stopped', 'with --held-by gangway: the bridge never runs with this database again')
    .action((options: LoginOptions) =>
      run('mautrix-telegram', options, (opening) => openLogins(opening, options, context)),
    );
  command('sydent', 'the bindings and pending invites of a Sydent')
    .option('--keep-pepper', 'use its pepper of hashed lookups until the next renewal')
    .action((options: SydentOptions) =>
      run('sydent', options, async (opening) => {
        const identity = await openIdentity(opening, context);
        if (identity === undefined) return identityDisabled;
        const { openSydent, keepPepper } = await import('../import/sydent.js');
        const parts = await openSydent(opening.source, identity.options);
        const kept = options.keepPepper === true ? [await keepPepper(opening.source, identity.peppers, opening)] : [];
        // Bindings have a hash with each pepper that is there.
        if (!opening.isDryRun) await identity.peppers.current();
        return [...kept, ...parts];
      }),
    );
  command('ma1sd', 'the bindings and pending invites of a ma1sd or mxisd').action((options: ImportOptions) =>
    run('ma1sd', options, async (opening) => {
      const identity = await openIdentity(opening, context);
      if (identity === undefined) return identityDisabled;
      const { openMa1sd } = await import('../import/ma1sd.js');
      if (!opening.isDryRun) await identity.peppers.current();
      return openMa1sd(opening.source, identity.options);
    }),
  );
}

/**
 * Opens the Telegram logins of the bridge, for the program that uses their sessions from now on
 * (docs/decisions/0007).
 */
async function openLogins(
  { source, config, isDryRun }: Opening,
  { heldBy, bridgeIsStopped = false }: LoginOptions,
  { clock, random }: CliContext,
): Promise<Opened> {
  const [{ findBridgeVersion, openMautrixTelegram }, { SourceFailure }, { createPermissions }] = await Promise.all([
    import('../import/mautrix-telegram.js'),
    import('../import/source-failure.js'),
    import('../config/permissions.js'),
  ]);
  const version = await findBridgeVersion(source);
  const hasUpstream = config.bridge.upstream !== undefined;
  const problem = heldBy === 'bridge' ? keptProblem(version, hasUpstream) : takenProblem(version, hasUpstream);
  if (problem !== undefined) return { refused: problem };
  if (heldBy === 'gangway' && !isDryRun) {
    if (!bridgeIsStopped) return { refused: unconfirmed };
    const connections = await source.countOtherConnections();
    if (connections !== undefined && connections > 0) throw new SourceFailure({ kind: 'source_in_use', connections });
  }
  const { permissions, maxAccounts } = config.bridge;
  const allowed = createPermissions(permissions);
  const mayLogIn = (owner: Mxid) => allowed.mayLogIn(owner);
  const hasOwnAccounts = config.accounts.mode === 'embedded';
  const { dataCentres } = config.telegram;
  const options = { heldBy, mayLogIn, maxAccounts, hasOwnAccounts, dataCentres, clock, random };
  return openMautrixTelegram(source, version, options);
}

const unconfirmed =
  'Telegram ends a session that two programs use. Stop the bridge, make sure that it never starts with this database ' +
  'again, and add --bridge-is-stopped.';

function keptProblem(version: BridgeVersion, hasUpstream: boolean): string | undefined {
  if (!hasUpstream) return 'No bridge is configured that could keep the sessions (bridge.upstream).';
  if (version === 'go') return undefined;
  return 'This database is of the bridge in Python, which cannot keep the sessions. Upgrade the bridge first.';
}

function takenProblem(version: BridgeVersion, hasUpstream: boolean): string | undefined {
  if (version === 'python' || !hasUpstream) return undefined;
  return (
    'The bridge of bridge.upstream would use the same sessions. Use --held-by bridge, or remove bridge.upstream if the ' +
    'bridge is given up.'
  );
}

const identityDisabled = {
  refused: 'The identity service is disabled. Set identity.enabled, and what it requires.',
} as const;

async function openIdentity({ config, ...opening }: Opening, { clock, random }: CliContext) {
  const { openIdentityImport } = await import('./import-identity.js');
  return openIdentityImport(config, { ...opening, clock, random });
}

type RunOutcome = { readonly kind: 'complete' | 'incomplete' } | { readonly kind: 'refused'; readonly refused: string };

async function runFrom(
  name: string,
  { config: file, from, apply = false, json = false }: ImportOptions,
  context: CliContext,
  open: (opening: Opening) => Promise<Opened>,
): Promise<RunOutcome> {
  // Loaded here, so that the other commands do not wait for them.
  const [{ openSource }, { createImportReport }, { runImport }] = await Promise.all([
    import('../import/open-source.js'),
    import('../import/report.js'),
    import('../import/run-import.js'),
  ]);
  const isDryRun = !apply;
  return withDatabase(
    file,
    context,
    async ({ database, config, logger }) => {
      const source = await openSource(new Secret(from));
      try {
        const parts = await open({ source, database, config, logger, isDryRun });
        if ('refused' in parts) return { kind: 'refused', ...parts };
        const print = (line: string) => context.out(`${line}\n`);
        const report = createImportReport({ source: name, isDryRun, isJson: json, print });
        for (const part of parts) report.begin(part.name);
        await runImport({ database, parts, isDryRun, report: (part, outcomes) => report.add(part, outcomes) });
        report.end();
        return { kind: report.hasRefusals ? 'incomplete' : 'complete' };
      } finally {
        await source.close();
      }
    },
    { offline: true },
  );
}
