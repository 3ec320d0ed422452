import { withDeadline } from '../base/deadline.js';
import type { Mxid } from '../base/mxid.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import { createAttempts, type AttemptDeps } from './attempts.js';
import type { HandOverService, HandOverStatus } from './hand-overs.js';
import { createHandOverOutbox } from './outbox.js';
import { startHandOver } from './start-hand-over.js';

export interface HandOverDeps extends Omit<AttemptDeps, 'outbox'> {
  /** Whether each login is handed over when it completes. */
  readonly isAutomatic: boolean;
}

const refusedKeptMs = 30 * 86_400_000;

/** Creates the service. Each attempt holds the lock of its account. */
export function createHandOvers(deps: HandOverDeps): HandOverService {
  const { database, isAutomatic, closeConnection, clock, logger } = deps;
  const lock = <T>(id: string, work: () => Promise<T>) => database.locks.run(`account:${id}`, work);

  const outbox = createHandOverOutbox({ database, clock, logger, run: (id) => lock(id, () => attempts.run(id)) });
  const attempts = createAttempts({ ...deps, outbox });

  async function settle(accountId: string, waitMs: number): Promise<void> {
    await withDeadline(clock, waitMs, outbox.attempt(accountId)).catch(() => undefined);
  }

  async function findAccount(owner: Mxid, telegramUserId: string): Promise<TelegramAccountRecord | undefined> {
    const account = await database.read(({ telegramAccounts }) =>
      telegramAccounts.findByTelegramUserId(telegramUserId),
    );
    return account?.owner === owner ? account : undefined;
  }

  async function statusOf({ id, heldBy }: TelegramAccountRecord): Promise<HandOverStatus> {
    if (heldBy === 'bridge') return { state: 'handed_over' };
    const record = await database.transaction((tx) => tx.handOvers.find(id));
    if (record?.state === 'pending') return { state: 'pending', reason: record.reason };
    return record?.state === 'refused' && heldBy === 'gangway'
      ? { state: 'refused', reason: record.reason ?? '' }
      : { state: 'not_handed_over' };
  }

  return {
    start: () => outbox.start(),
    stop: () => outbox.stop(),
    wake(accountId) {
      if (isAutomatic) outbox.push(accountId);
    },
    settle,

    async begin(tx, account) {
      if (isAutomatic) await startHandOver(tx, account, clock.now());
    },

    async request(owner, telegramUserId) {
      const account = await findAccount(owner, telegramUserId);
      if (account === undefined) return false;
      // If another program holds the session there is nothing to start, and an attempt may hold the
      // lock.
      if (account.heldBy !== 'gangway') return true;
      await lock(account.id, async () => {
        await closeConnection(account.id);
        await database.transaction(async (tx) => {
          const now = await tx.telegramAccounts.find(account.id);
          if (now) await startHandOver(tx, now, clock.now());
        });
      });
      outbox.push(account.id);
      return true;
    },

    async findStatus(owner, telegramUserId, waitMs) {
      const account = await findAccount(owner, telegramUserId);
      if (account?.heldBy !== 'hand_over' || waitMs === 0) return account && statusOf(account);
      await settle(account.id, waitMs);
      const now = await findAccount(owner, telegramUserId);
      return now && statusOf(now);
    },

    async sweep() {
      await database.transaction((tx) => tx.handOvers.deleteRefused(clock.now() - refusedKeptMs));
    },
  };
}
