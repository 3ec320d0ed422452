import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config/load-config.js';
import type { Database, Transaction } from '../database/database.js';
import type { SessionHolder, TelegramAccountRecord } from '../database/stores/telegram-account-store.js';
import { configFileOption } from './config-file-option.js';
import { configFiles } from './config-files.js';
import { exitCodes } from './exit-code.js';
import type { Surroundings } from './surroundings.js';

interface ConfigOption {
  readonly config: string;
}

/** `gangway sessions`: who has the Telegram sessions, and what becomes of hand-overs and events, also while the daemon runs. */
export function addSessions(program: Command, surroundings: Surroundings, end: (code: number) => void) {
  const sessions = program.command('sessions').description('the Telegram sessions of logged-in users');
  const { out, err } = surroundings;
  const print = (lines: readonly string[]) => out(lines.map((line) => `${line}\n`).join(''));

  sessions
    .command('list')
    .description('print the Telegram user ID of each login, its Matrix user, and which program has its session')
    .addOption(configFileOption())
    .action(({ config }: ConfigOption) =>
      withDatabase(config, surroundings, async (database) => {
        const accounts = await database.transaction((tx) => tx.telegramAccounts.list());
        const lines = await Promise.all(accounts.map((account) => database.transaction((tx) => describe(tx, account))));
        print(lines);
      }),
    );
  sessions
    .command('retry')
    .description('try a hand-over to the bridge again now')
    .argument('<telegram user ID>', 'as in the list')
    .addOption(configFileOption())
    .action((telegramUserId: string, { config }: ConfigOption) =>
      withDatabase(config, surroundings, async (database) => {
        const isWaiting = await database.transaction((tx) => retry(tx, telegramUserId, surroundings.clock.now()));
        if (isWaiting) return print([`The running daemon tries to hand over ${telegramUserId} within 10 seconds.`]);
        err(`No hand-over of ${telegramUserId} is waiting. See gangway sessions list.\n`);
        end(exitCodes.account);
      }),
    );
  sessions
    .command('revoke')
    .description('log a user out of Telegram, wherever the session is: here, at the bridge, or when its lease is over')
    .argument('<telegram user ID>', 'as in the list')
    .option('--yes', 'really do it: the user has to log in again')
    .addOption(configFileOption())
    .action((telegramUserId: string, { config, yes = false }: ConfigOption & { readonly yes?: boolean }) =>
      withDatabase(config, surroundings, async (database) => {
        const refuse = (text: string) => {
          err(text);
          end(exitCodes.account);
        };
        if (!yes) return refuse('This logs the user out of Telegram. Add --yes to do it.\n');
        const heldBy = await revoke(database, telegramUserId, surroundings.clock.now());
        if (heldBy === undefined) {
          return refuse(`No user is logged in as ${telegramUserId}. See gangway sessions list.\n`);
        }
        const rest =
          heldBy === 'export'
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
      withDatabase(config, surroundings, async (database) => {
        const failed = await database.transaction((tx) => tx.events.listFailed());
        print(failed.map(({ webhook, reason, body }) => `${webhook} ${reason ?? ''} ${body}`));
      }),
    );
}

async function withDatabase(
  file: string,
  { env, folder, clock, random }: Surroundings,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const { config } = loadConfig({ path: resolve(folder, file), env, ...configFiles });
  // Loaded here, so that the other commands do not wait for the database to load.
  const [{ openDatabase }, { createLogger }] = await Promise.all([
    import('../database/open-database.js'),
    import('../observability/logger.js'),
  ]);
  const logger = createLogger({ level: 'warn', format: 'pretty', write: process.stderr, clock });
  const database = await openDatabase({ ...config.database, encryption: config.encryption, clock, random, logger });
  try {
    await work(database);
  } finally {
    await database.close();
  }
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
    case 'export':
      return 'exported';
  }
}

/** Deletes the linked account, and returns which program had its session. */
async function revoke(database: Database, telegramUserId: string, now: number): Promise<SessionHolder | undefined> {
  const { endLogin } = await import('../login/owned-logins.js');
  return database.transaction(async (tx) => {
    const found = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
    if (found === undefined || !(await tx.telegramAccounts.hold(found.id))) return undefined;
    const account = await tx.telegramAccounts.find(found.id);
    if (account) await endLogin(tx, account, now);
    return account?.heldBy;
  });
}

/** Returns whether a hand-over waits, which is due from now on. */
async function retry(tx: Transaction, telegramUserId: string, now: number): Promise<boolean> {
  const handOvers = await tx.handOvers.listByTelegramUserId(telegramUserId);
  const waiting = handOvers.filter(({ state }) => state === 'pending' || state === 'ending');
  for (const handOver of waiting) await tx.handOvers.save({ ...handOver, dueAt: now });
  return waiting.length > 0;
}
