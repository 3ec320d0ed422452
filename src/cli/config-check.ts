import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Clock } from '../base/clock.js';
import { parseMxid, serverNameOf, type Mxid } from '../base/mxid.js';
import { meaningOf } from '../config/account-mode.js';
import type { Config } from '../config/config.js';
import { inspectConfig } from '../config/inspect-config.js';
import { allowsLogin, createPermissions, type Permission } from '../config/permissions.js';
import { SettingsFailure } from '../delivery/settings-failure.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { exitCodes } from './exit-code.js';
import { explainSettings } from './explain-identity.js';
import { explainProblems, explainWarnings } from './explain-failure.js';
import type { CliContext } from './cli-context.js';

/**
 * `gangway config check`: prints all problems of a configuration, and the level of a user, without
 * starting.
 */
export function addConfigCheck(
  parent: Command,
  { out, err, env, folder, clock }: CliContext,
  end: (code: number) => void,
) {
  parent
    .command('check')
    .description('list all problems of a configuration, without starting')
    .addOption(configFileOption())
    .option(
      '--who <user>',
      'also print the level of this Matrix user and why; exit with 7 if the user may not log in',
      readUser,
    )
    .option('--online', 'also check whether the bridge (bridge.upstream) accepts logins; exit with 8 if it does not')
    .action(async ({ config: file, who, online = false }: { config: string; who?: Mxid; online?: boolean }) => {
      const { sections, problems, warnings } = inspectConfig({ path: resolve(folder, file), env, ...configFiles });
      const { delivery, accounts, homeserver, telegram } = sections;
      if (accounts) out(`accounts.mode: ${accounts.mode}. ${meaningOf(accounts.mode, homeserver?.address)}\n`);
      const unsendable = problems.length === 0 && delivery ? await whyUnsendable(delivery, clock) : undefined;
      if (problems.length > 0) err(explainProblems(file, problems));
      else if (unsendable !== undefined) err(`${unsendable}\n`);
      else out(`${aboutEngine(telegram?.engine)}${file} is valid.\n`);
      if (warnings.length > 0) err(`\n${explainWarnings(warnings)}`);
      const isInOrder = problems.length === 0 && unsendable === undefined;
      const { bridge } = sections;
      const isAsked = online && isInOrder && bridge && homeserver;
      const isBridgeReady = !isAsked || (await reportBridge({ bridge, homeserver }, { out, err, clock }));
      const { text, mayLogIn } = who === undefined ? noQuestion : explainPermission(who, sections.bridge?.permissions);
      out(text);
      if (!isInOrder) end(exitCodes.config);
      else if (!isBridgeReady) end(exitCodes.bridge);
      else end(mayLogIn ? exitCodes.ok : exitCodes.account);
    });
}

/** Returns the line about the engine, with what to do if Telegram rejects it as too old. */
function aboutEngine(engine: Config['telegram']['engine'] | undefined): string {
  if (engine === undefined) return '';
  const remedy = engine === 'gramjs' ? 'set it to mtcute' : 'update Gangway';
  return `telegram.engine: ${engine}. If the log contains "telegram client outdated", ${remedy}.\n`;
}

/** Prints whether the bridge accepts logins, and returns it. Returns true without a bridge. */
async function reportBridge(
  config: Pick<Config, 'bridge' | 'homeserver'>,
  { out, err, clock }: Pick<CliContext, 'out' | 'err' | 'clock'>,
): Promise<boolean> {
  const { checkUpstream } = await import('../app/upstream-check.js');
  const { upstream } = config.bridge;
  const problems = await checkUpstream(config, clock);
  if (problems.length > 0) err(`${problems.join('\n')}\n`);
  else if (upstream) out(`The bridge at ${upstream.address} accepts logins.\n`);
  else out('bridge.upstream is not set, so there is no bridge to check.\n');
  return problems.length === 0;
}

/** Returns the problems of message templates and other files. */
async function whyUnsendable(delivery: Config['delivery'], clock: Clock): Promise<string | undefined> {
  const { openMessenger } = await import('../app/messenger.js');
  const { createLogger } = await import('../observability/logger.js');
  const logger = createLogger({ level: 'error', format: 'pretty', clock });
  try {
    (await openMessenger(delivery, { service: 'Gangway', reportUrl: undefined, clock, logger })).close();
    return undefined;
  } catch (error) {
    if (error instanceof SettingsFailure) return explainSettings(error.details);
    throw error;
  }
}

/** Returns the output of --who, and whether the user may log in. */
interface WhoAnswer {
  readonly text: string;
  readonly mayLogIn: boolean;
}

const noQuestion: WhoAnswer = { text: '', mayLogIn: true };

function explainPermission(who: Mxid, map: ReadonlyMap<string, string> | undefined): WhoAnswer {
  if (!map) {
    return {
      text: `Cannot check whether ${who} may log in: bridge.permissions has problems.\n`,
      mayLogIn: false,
    };
  }
  const permission = createPermissions(map).levelOf(who);
  const mayLogIn = allowsLogin(permission.level);
  const verdict = mayLogIn ? `${who} may log in` : `${who} may not log in (that requires user or admin)`;
  return { text: `${verdict}: ${reasonOf(permission, who)}\n`, mayLogIn };
}

function reasonOf(permission: Permission, who: Mxid): string {
  if (permission.because === 'no_entry') {
    return `bridge.permissions has no entry for ${who}, ${serverNameOf(who)} or "*", so the user is blocked.`;
  }
  const { because, key, level, written } = permission;
  const line = `the entry ${JSON.stringify(key)}: ${written}`;
  const rank = `the level is ${level}`;
  switch (because) {
    case 'user':
      return `${line} is for this user, ${rank}.`;
    case 'domain':
      return `${line} is for the users of this server, and there is none for this user; ${rank}.`;
    case 'everyone':
      return `${line} is for all users, and there is none for this user or server; ${rank}.`;
  }
}

function readUser(text: string): Mxid {
  const mxid = parseMxid(text);
  if (!mxid) throw new InvalidArgumentError('It must be a whole Matrix ID, such as @user:server.');
  return mxid;
}
