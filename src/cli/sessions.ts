import { Option, type Command } from 'commander';
import type { Database, Transaction } from '../database/database.js';
import type { TelegramAccountRecord } from '../database/stores/telegram-account-store.js';
import { configFileOption } from './config-file-option.js';
import { sessionFormats } from '../sessions/consumer.js';
import { isTransfer } from '../sessions/transfers.js';
import { exitCodes } from './exit-code.js';
import { withDatabase } from './session-database.js';
import { exportSession, type ExportOptions } from './session-export.js';
import type { Surroundings } from './surroundings.js';

interface ConfigOption {
  readonly config: string;
}

/** `gangway sessions`: who has the Telegram sessions, and what becomes of hand-overs and events, also while the daemon runs. */
export function addSessions(program: Command, surroundings: Surroundings, end: (code: number) => void) {
  const sessions = program.command('sessions').description('the Telegram sessions of logged-in users');
  const { out, err } = surroundings;
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
      withDatabase(config, surroundings, async ({ database }) => {
        const accounts = await database.transaction((tx) => tx.telegramAccounts.list());
        const lines = await Promise.all(accounts.map((account) => database.transaction((tx) => describe(tx, account))));
        print(lines);
      }),
    );
  sessions
    .command('show')
    .description('print what is known about one login; no session')
    .argument('<telegram user ID>', 'as in the list')
    .addOption(configFileOption())
    .action((telegramUserId: string, { config }: ConfigOption) =>
      withDatabase(config, surroundings, async ({ database }) => {
        const lines = await database.transaction((tx) => describeLogin(tx, telegramUserId));
        if (lines) return print(lines);
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
      const problem = await exportSession(telegramUserId, options, surroundings);
      if (problem !== undefined) refuse(problem);
    });
  sessions
    .command('retry')
    .description('try a hand-over to the bridge again now, also one that the bridge has refused')
    .argument('<telegram user ID>', 'as in the list')
    .addOption(configFileOption())
    .action((telegramUserId: string, { config }: ConfigOption) =>
      withDatabase(config, surroundings, async ({ database, config: { bridge } }) => {
        if (bridge.upstream === undefined) return refuse('No bridge is configured (bridge.upstream).');
        const isWaiting = await database.transaction((tx) => retry(tx, telegramUserId, surroundings.clock.now()));
        if (isWaiting) return print([`The running daemon tries to hand over ${telegramUserId} within 10 seconds.`]);
        refuse(`No hand-over of ${telegramUserId} is waiting or refused. See gangway sessions list.`);
      }),
    );
  sessions
    .command('revoke')
    .description('log a user out of Telegram, wherever the session is: here, at the bridge, or when its lease is over')
    .argument('<telegram user ID>', 'as in the list')
    .option('--yes', 'really do it: the user has to log in again')
    .addOption(configFileOption())
    .action((telegramUserId: string, { config, yes = false }: ConfigOption & { readonly yes?: boolean }) =>
      withDatabase(config, surroundings, async ({ database }) => {
        if (!yes) return refuse('This logs the user out of Telegram. Add --yes to do it.');
        const isAway = await revoke(database, telegramUserId, surroundings.clock.now());
        if (isAway === undefined) {
          return refuse(`No user is logged in as ${telegramUserId}. See gangway sessions list.`);
        }
        const rest = isAway
          ? 'End its exported session in the Telegram app.'
          : 'The daemon ends its session at Telegram.';
        print([`Removed ${telegramUserId}. ${rest}`]);
      }),
    );
  sessions
    .command('events')
    .description('print the events that could not be delivered to webhooks, and were given up')
    .addOption(configFileOption())
    .action(({ config }: ConfigOption) =>
      withDatabase(config, surroundings, async ({ database }) => {
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

/** Describes one login in lines of a name and a value; undefined if there is no such login. */
async function describeLogin(tx: Transaction, telegramUserId: string): Promise<string[] | undefined> {
  const account = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
  if (account === undefined) return undefined;
  const { id, owner, heldBy, createdAt } = account;
  const handOver = await tx.handOvers.find(id);
  const lease = heldBy === 'lease' ? await tx.sessionLeases.find(id) : undefined;
  const values: Readonly<Record<string, string | number | null | undefined>> = {
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
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`${name}: ${value}`],
  );
}

/** Deletes the linked account. Returns whether its session was exported and printed; undefined if there is no such login. */
async function revoke(database: Database, telegramUserId: string, now: number): Promise<boolean | undefined> {
  const { endLogin } = await import('../login/owned-logins.js');
  return database.transaction(async (tx) => {
    const found = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
    if (found === undefined || !(await tx.telegramAccounts.hold(found.id))) return undefined;
    const account = await tx.telegramAccounts.find(found.id);
    if (account === undefined) return undefined;
    const isStored = (await tx.sessionLeases.find(account.id))?.state === 'exported';
    await endLogin(tx, account, now);
    return account.heldBy === 'export' && !isStored;
  });
}

/** Makes the hand-over due if it waits, or starts it again if it was refused. Returns false if there is none. */
async function retry(tx: Transaction, telegramUserId: string, now: number): Promise<boolean> {
  const { startHandOver } = await import('../hand-over/start-hand-over.js');
  let isDue = false;
  for (const handOver of await tx.handOvers.listByTelegramUserId(telegramUserId)) {
    if (handOver.state === 'refused') {
      const account = (await tx.telegramAccounts.hold(handOver.id)) && (await tx.telegramAccounts.find(handOver.id));
      if (account && (await startHandOver(tx, account, now))) isDue = true;
    } else {
      await tx.handOvers.save({ ...handOver, dueAt: now });
      isDue = true;
    }
  }
  return isDue;
}
