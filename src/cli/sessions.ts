import { Option, type Command } from 'commander';
import type { RevocationOutcome } from '../admin/revoke-session.js';
import type { Transaction } from '../database/database.js';
import type { HandOverRecord } from '../database/tables/hand-overs.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import { configFileOption } from './config-file-option.js';
import { sessionFormats } from '../sessions/consumer.js';
import { isTransfer } from '../sessions/transfers.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './session-database.js';
import { exportSession, type ExportOptions } from './session-export.js';
import type { CliContext } from './cli-context.js';

interface ConfigOption {
  readonly config: string;
}

interface RevokeOptions extends ConfigOption {
  readonly yes?: boolean;
  readonly withoutBridge?: boolean;
}

/**
 * `gangway sessions`: who has the Telegram sessions, and what becomes of hand-overs and events,
 * also while the daemon runs.
 */
export function addSessions(program: Command, context: CliContext, end: (code: number) => void) {
  const sessions = program.command('sessions').description('the Telegram sessions of logged-in users');
  const { out, err } = context;
  const print = (lines: readonly string[]) => out(lines.map((line) => `${line}\n`).join(''));

  const refuse = (text: string) => {
    err(`${text}\n`);
    end(exitCodes.account);
  };

  sessions
    .command('list')
    .description('print the Telegram user ID of each login, its Matrix user, and which program has its session')
    .addOption(configFileOption())
    .action(({ config }: ConfigOption) =>
      withDatabase(config, context, async ({ database }) => {
        const { accounts, ending } = await database.transaction(async (tx) => ({
          accounts: await tx.telegramAccounts.list(),
          ending: await tx.handOvers.listEnding(),
        }));
        const lines = await Promise.all(accounts.map((account) => database.transaction((tx) => describe(tx, account))));
        print([...lines, ...ending.map(describeEnding)]);
      }),
    );
  sessions
    .command('show')
    .description('print what is known about one login; no session')
    .argument('<telegram user ID>', 'as in the list')
    .addOption(configFileOption())
    .action((telegramUserId: string, { config }: ConfigOption) =>
      withDatabase(config, context, async ({ database }) => {
        const lines = await database.transaction((tx) => describeLogin(tx, telegramUserId));
        if (lines.length > 0) return print(lines);
        refuse(`No user is logged in as ${telegramUserId}. See gangway sessions list.`);
      }),
    );
  sessions
    .command('export')
    .description('print a session for another program, once; Gangway cannot use it any more')
    .argument('<telegram user ID>', 'as in the list')
    .addOption(new Option('--format <format>', 'for which program').choices(sessionFormats).makeOptionMandatory())
    .option('--yes', 'really do it')
    .option('--stopped', 'with PostgreSQL: no daemon runs that would have to close its connection')
    .addOption(configFileOption())
    .action(async (telegramUserId: string, options: ExportOptions) => {
      const problem = await exportSession(telegramUserId, options, context);
      if (problem !== undefined) refuse(problem);
    });
  sessions
    .command('retry')
    .description('try a hand-over to the bridge again now, also one that the bridge has refused')
    .argument('<telegram user ID>', 'as in the list')
    .addOption(configFileOption())
    .action((telegramUserId: string, { config }: ConfigOption) =>
      withDatabase(config, context, async ({ database, config: { bridge } }) => {
        if (bridge.upstream === undefined) return refuse('No bridge is configured (bridge.upstream).');
        const { retryHandOver } = await import('../admin/retry-hand-over.js');
        const isWaiting = await database.transaction((tx) => retryHandOver(tx, telegramUserId, context.clock.now()));
        if (isWaiting) return print([`The running daemon asks the bridge about ${telegramUserId} within 10 seconds.`]);
        refuse(`No hand-over of ${telegramUserId} is waiting or refused. See gangway sessions list.`);
      }),
    );
  sessions
    .command('revoke')
    .description('log a user out of Telegram, wherever the session is: here, at the bridge, or when its lease is over')
    .argument('<telegram user ID>', 'as in the list')
    .option('--yes', 'really do it: the user has to log in again')
    .option('--without-bridge', 'if the bridge is gone for good: do not wait until it has logged out')
    .addOption(configFileOption())
    .action((telegramUserId: string, { config, yes = false, withoutBridge = false }: RevokeOptions) =>
      withDatabase(config, context, async ({ database }) => {
        if (!yes) return refuse('This logs the user out of Telegram. Add --yes to do it.');
        const { revokeSession } = await import('../admin/revoke-session.js');
        const outcome = await revokeSession(database, telegramUserId, { withoutBridge, now: context.clock.now() });
        if (outcome === undefined) {
          return refuse(`No user is logged in as ${telegramUserId}. See gangway sessions list.`);
        }
        print([`Removed ${telegramUserId}. ${rests[outcome]}`]);
      }),
    );
  sessions
    .command('events')
    .description('print the events that could not be delivered to webhooks, and were given up')
    .addOption(configFileOption())
    .action(({ config }: ConfigOption) =>
      withDatabase(config, context, async ({ database }) => {
        const failed = await database.transaction((tx) => tx.events.listFailed());
        print(failed.map(({ webhook, reason, body }) => `${webhook} ${reason ?? ''} ${body}`));
      }),
    );
}

async function describe(tx: Transaction, account: TelegramAccountRecord): Promise<string> {
  const { telegramUserId, owner } = account;
  return `${telegramUserId} ${owner} ${await describeHolder(tx, account)}`;
}

async function describeHolder(tx: Transaction, { id, heldBy }: TelegramAccountRecord): Promise<string> {
  const handOver = await tx.handOvers.find(id);
  const because = handOver?.reason ? `: ${handOver.reason}` : '';
  switch (heldBy) {
    case 'gangway':
      return handOver?.state === 'refused' ? `here, refused by the bridge${because}` : 'here';
    case 'hand_over':
      return `waits for the bridge${because}`;
    case 'bridge':
      return 'at the bridge';
    case 'lease': {
      const lease = await tx.sessionLeases.find(id);
      return lease ? `leased to ${lease.consumer} until ${new Date(lease.expiresAt).toISOString()}` : 'leased';
    }
    case 'export': {
      const row = await tx.sessionLeases.find(id);
      if (row?.state !== 'exported') return 'exported';
      return isTransfer(row) ? 'in a transfer that is not finished' : 'exported, not printed yet';
    }
  }
}

/** Describes a login that the user has ended, and the bridge has not yet. */
function describeEnding({ telegramUserId, owner, reason }: HandOverRecord): string {
  return `${telegramUserId} ${owner} logged out, waits for the bridge${reason === null ? '' : `: ${reason}`}`;
}

/**
 * Describes a login in lines of a name and a value, and after it those of the same Telegram account
 * that the bridge is to end.
 */
async function describeLogin(tx: Transaction, telegramUserId: string): Promise<string[]> {
  const account = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
  const ending = await tx.handOvers.listEnding(telegramUserId);
  return [...(account ? await describeLinked(tx, account) : []), ...ending.flatMap(describeEndingLines)];
}

function describeEndingLines(handOver: HandOverRecord): string[] {
  const { telegramUserId, owner, createdAt, state, reason, attempts, dueAt, session } = handOver;
  return writeLines({
    telegram_user_id: telegramUserId,
    user_id: owner,
    session: `${session === null ? 'at the bridge' : 'here or at the bridge'}, to be ended`,
    hand_over: state,
    hand_over_since: new Date(createdAt).toISOString(),
    hand_over_reason: reason,
    hand_over_attempts: attempts,
    hand_over_next_attempt: new Date(dueAt).toISOString(),
  });
}

async function describeLinked(tx: Transaction, account: TelegramAccountRecord): Promise<string[]> {
  const { id, owner, telegramUserId, heldBy, createdAt } = account;
  const handOver = await tx.handOvers.find(id);
  const lease = heldBy === 'lease' ? await tx.sessionLeases.find(id) : undefined;
  return writeLines({
    telegram_user_id: telegramUserId,
    user_id: owner,
    logged_in_at: new Date(createdAt).toISOString(),
    session: await describeHolder(tx, account),
    held_by: heldBy,
    hand_over: handOver?.state,
    hand_over_reason: handOver?.reason,
    hand_over_attempts: handOver?.attempts,
    hand_over_next_attempt: handOver?.state === 'pending' ? new Date(handOver.dueAt).toISOString() : undefined,
    lease_consumer: lease?.consumer,
    lease_taken_at: lease && new Date(lease.takenAt).toISOString(),
    lease_expires_at: lease && new Date(lease.expiresAt).toISOString(),
  });
}

function writeLines(values: Readonly<Record<string, string | number | null | undefined>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`${name}: ${value}`],
  );
}

/** What becomes of the session of a login that was revoked. */
const rests = {
  ended: 'The daemon ends its session at Telegram.',
  exported: 'End its exported session in the Telegram app.',
  at_bridge: 'If its session is still in use, end it in the Telegram app.',
} as const satisfies Record<RevocationOutcome, string>;
