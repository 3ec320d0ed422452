import { resolve } from 'node:path';
import type { AccountAdministration, readNewUser } from '../accounts/embedded/account-administration.js';
import { AccountFailure } from '../accounts/failure.js';
import type { ServerName } from '../base/mxid.js';
import { loadConfig } from '../config/load-config.js';
import { configFiles } from './config-files.js';
import { exitCodes } from './exit-code.js';
import type { CliContext } from './cli-context.js';

/** The context of an account command. */
export interface AccountAdmin {
  readonly administration: AccountAdministration;
  readonly serverName: ServerName;
  readonly readNewUser: typeof readNewUser;
}

/** The output of a command. Texts end in a line break. */
export type Outcome = { readonly done: string } | { readonly refused: string };

/**
 * Opens the database of the configuration, runs the command, prints its output, and returns the
 * exit code.
 */
export async function withAccountAdmin(
  file: string,
  context: CliContext,
  work: (accountAdmin: AccountAdmin) => Promise<Outcome>,
): Promise<number> {
  const outcome = await open(file, context, work);
  if ('done' in outcome) {
    context.out(outcome.done);
    return exitCodes.ok;
  }
  context.err(outcome.refused);
  return exitCodes.account;
}

async function open(
  file: string,
  { env, folder, clock, random }: CliContext,
  work: (accountAdmin: AccountAdmin) => Promise<Outcome>,
): Promise<Outcome> {
  const { config } = loadConfig({ path: resolve(folder, file), env, ...configFiles });
  const { homeserver, encryption, accounts } = config;
  if (accounts.mode !== 'embedded') {
    const elsewhere =
      homeserver.address === undefined ? '' : ` Create and change accounts on the homeserver at ${homeserver.address}.`;
    const refused = `Gangway has Matrix accounts only with accounts.mode: embedded; here it is ${accounts.mode}.${elsewhere}\n`;
    return { refused };
  }
  // Loaded here, so that other commands do not wait for the database to load.
  const [
    { openDatabase },
    { createPasswordHasher },
    { createAccountAdministration, readNewUser },
    { createRevoker },
    { ownedLogins },
    { createLogger },
    { openAudit },
  ] = await Promise.all([
    import('../database/open-database.js'),
    import('../accounts/embedded/password-hasher.js'),
    import('../accounts/embedded/account-administration.js'),
    import('../accounts/revocation.js'),
    import('../login/owned-logins.js'),
    import('../observability/logger.js'),
    import('../app/audit.js'),
  ]);
  const logger = createLogger({ level: 'warn', format: 'pretty', write: process.stderr, clock });
  const audited = openAudit(config.logging.audit, { type: 'command_line' }, { clock, logger });
  const database = await openDatabase({ ...config.database, encryption, audit: audited?.audit, clock, random, logger });
  try {
    const serverName = homeserver.domain;
    const hasher = createPasswordHasher({ ...accounts.passwordHashing, random });
    const revoker = createRevoker(ownedLogins);
    const administration = createAccountAdministration({ database, serverName, hasher, revoker, clock });
    return await work({ administration, serverName, readNewUser });
  } catch (error) {
    if (!(error instanceof AccountFailure) || error.details.kind !== 'parameter_invalid') throw error;
    return { refused: `${error.details.problem}\n` };
  } finally {
    await database.close();
    audited?.close();
  }
}
