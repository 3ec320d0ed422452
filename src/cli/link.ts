import type { Command } from 'commander';
import { parseMxid } from '../base/mxid.js';
import type { CliContext } from './cli-context.js';
import { configFileOption } from './config-file-option.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './session-database.js';

/** `gangway link`: prints a one-time link to the web page, also while the daemon runs. */
export function addLink(program: Command, context: CliContext, end: (code: number) => void) {
  program
    .command('link')
    .description('print a one-time link with which a user signs in to the web page')
    .argument('<user>', 'the Matrix ID of the user')
    .addOption(configFileOption())
    .action(async (user: string, { config }: { readonly config: string }) => {
      const outcome = await makeLink(user, config, context);
      if ('link' in outcome) context.out(`${outcome.link}\n`);
      else context.err(`${outcome.refused}\n`);
      end('link' in outcome ? exitCodes.ok : exitCodes.account);
    });
}

async function makeLink(
  user: string,
  file: string,
  context: CliContext,
): Promise<{ readonly link: string } | { readonly refused: string }> {
  const owner = parseMxid(user);
  if (owner === undefined) return { refused: `Invalid Matrix ID ${user}. Use the form @user:example.com.` };
  return withDatabase(file, context, async ({ database, config: { web, bridge } }) => {
    if (!web.enabled || !web.signIn.links) {
      return { refused: 'The web page accepts no links. Set web.enabled and web.sign_in.links to true.' };
    }
    const [{ createWebGrants }, { linkUrl }, { createPermissions }] = await Promise.all([
      import('../accounts/web-grants.js'),
      import('../api/web/create-link.js'),
      import('../config/permissions.js'),
    ]);
    if (!createPermissions(bridge.permissions).mayLogIn(owner)) {
      return { refused: `bridge.permissions does not let ${owner} log in to Telegram.` };
    }
    const { clock, random } = context;
    const grants = createWebGrants({ database, clock, random, sessionMs: web.sessionMs, linkMs: web.linkMs });
    const { token } = await grants.issueLink(owner);
    return { link: linkUrl(`${web.publicUrl}${web.path}`, token.reveal()) };
  });
}
