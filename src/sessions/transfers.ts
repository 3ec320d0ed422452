import { Failure } from '../base/failure.js';
import type { Mxid } from '../base/mxid.js';
import { randomId } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import type { Database, Transaction } from '../database/database.js';
import type { SessionLeaseRecord } from '../database/tables/session-leases.js';
import type { TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { TelegramSession } from '../telegram/gateway.js';

/** Why a session cannot be transferred. */
export type TransferFailureDetails =
  /** The user has no login with this ID. */
  | { readonly kind: 'transfer_login_unknown' }
  /** The bridge has the session and cannot export it. */
  | { readonly kind: 'transfer_unsupported' }
  /** Another program holds the session, or it is being handed over. */
  | { readonly kind: 'transfer_session_held' }
  /** No transfer of this session has begun, or it is finished. */
  | { readonly kind: 'transfer_not_begun' };

/** Thrown by SessionTransfers. */
export class TransferFailure extends Failure<TransferFailureDetails> {}

/**
 * Transfers the session of a login to another program permanently, in two steps. In between, only
 * the receiving program can use the session. A transfer has no expiry, because Gangway cannot
 * determine whether the session is in use elsewhere.
 */
export interface SessionTransfers {
  /**
   * Closes the connection, removes the session from the linked account, and returns it. Returns the
   * same session if repeated.
   */
  init(owner: Mxid, telegramUserId: string): Promise<Secret>;
  /** Deletes the session after its new holder has received it. It is not logged out at Telegram. */
  finish(owner: Mxid, telegramUserId: string): Promise<void>;
  /** Returns the session to the linked account. The caller must have closed its connection. */
  cancel(owner: Mxid, telegramUserId: string): Promise<void>;
}

export interface SessionTransfersDeps extends Runtime {
  readonly database: Database;
  /** Throws if the session cannot be converted. */
  readonly writeSession: (session: TelegramSession) => Secret;
  /** Resolves when the connection of the account is closed. */
  readonly closeConnection: (accountId: string) => Promise<void>;
}

/** The name of the consumer in the rows of transfers. */
const transferConsumer = 'session_transfer';

/** Returns whether this row has the session of an unfinished transfer. */
export function isTransfer(
  row: SessionLeaseRecord | undefined,
): row is SessionLeaseRecord & { readonly session: Secret } {
  return row?.state === 'exported' && row.consumer === transferConsumer && row.session !== null;
}

/** Until it is finished, a transferred session is stored like an exported one. */
export function createSessionTransfers(deps: SessionTransfersDeps): SessionTransfers {
  const { database, writeSession, closeConnection, clock, random, logger } = deps;

  async function findAccount(tx: Transaction, owner: Mxid, telegramUserId: string): Promise<TelegramAccountRecord> {
    const account = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
    if (account?.owner === owner) return account;
    throw new TransferFailure({ kind: 'transfer_login_unknown' });
  }

  /** Runs `work` under the lock of the account. `prepare` runs before the transaction. */
  async function change<T>(
    owner: Mxid,
    telegramUserId: string,
    work: (tx: Transaction, account: TelegramAccountRecord, row: SessionLeaseRecord | undefined) => Promise<T>,
    prepare: (accountId: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<T> {
    const find = (tx: Transaction) => findAccount(tx, owner, telegramUserId);
    const { id } = await database.transaction(find);
    return database.locks.run(`account:${id}`, async () => {
      await prepare(id);
      return database.transaction(async (tx) => {
        // A new login has another ID, and another connection.
        if (!(await tx.telegramAccounts.hold(id))) throw new TransferFailure({ kind: 'transfer_login_unknown' });
        return work(tx, await find(tx), await tx.sessionLeases.find(id));
      });
    });
  }

  async function take(
    tx: Transaction,
    { id, owner, telegramUserId, session, heldBy }: TelegramAccountRecord,
    row: SessionLeaseRecord | undefined,
  ): Promise<Secret> {
    if (isTransfer(row)) return writeSession(row.session);
    const at = clock.now();
    const toTransfer = { from: 'gangway', to: 'export', session: null, at } as const;
    if (session === null || !(await tx.telegramAccounts.setHolder(id, toTransfer))) {
      throw new TransferFailure({ kind: heldBy === 'bridge' ? 'transfer_unsupported' : 'transfer_session_held' });
    }
    const name = { leaseId: randomId(random), consumer: transferConsumer, requestId: null };
    const times = { takenAt: at, expiresAt: at };
    const fencing = row?.fencing ?? 0;
    await tx.sessionLeases.save({ id, owner, telegramUserId, ...name, state: 'exported', session, fencing, ...times });
    return writeSession(session);
  }

  function requireTransfer(
    row: SessionLeaseRecord | undefined,
  ): asserts row is SessionLeaseRecord & { readonly session: Secret } {
    if (!isTransfer(row)) throw new TransferFailure({ kind: 'transfer_not_begun' });
  }

  return {
    async init(owner, telegramUserId) {
      const session = await change(owner, telegramUserId, take, closeConnection);
      logger.info('session transfer started', { owner });
      return session;
    },

    async finish(owner, telegramUserId) {
      await change(owner, telegramUserId, async (tx, { id }, row) => {
        requireTransfer(row);
        await tx.sessionLeases.delete(id);
      });
      logger.info('session transfer finished', { owner });
    },

    async cancel(owner, telegramUserId) {
      await change(owner, telegramUserId, async (tx, { id }, row) => {
        requireTransfer(row);
        const back = { from: 'export', to: 'gangway', session: row.session, at: clock.now() } as const;
        await tx.telegramAccounts.setHolder(id, back);
        await tx.sessionLeases.delete(id);
      });
      logger.info('session transfer cancelled', { owner });
    },
  };
}
