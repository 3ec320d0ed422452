import type { Command } from 'commander';
import { Secret } from '../base/secret.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { ForeignDatabase } from '../database/foreign/foreign-database.js';
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
