import type { Clock } from '../base/clock.js';
import { randomId, type Random } from '../base/random.js';
import type { Secret } from '../base/secret.js';
import type { Database, Transaction } from '../database/database.js';
import type { SessionLeaseRecord } from '../database/tables/session-leases.js';
import type { SessionHolder, TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import { isTransfer } from './transfers.js';

/** The state of an export. */
export type ExportStatus =
  /** The session is stored until `confirm`, and no connection is open on it. */
  | { readonly kind: 'ready'; readonly account: TelegramAccountRecord; readonly session: Secret }
  | { readonly kind: 'not_ready' }
  /** Another program holds the session, or it was exported or transferred before. */
  | { readonly kind: 'held'; readonly heldBy: Exclude<SessionHolder, 'gangway'> }
  | { readonly kind: 'unknown' };

/** Exports a session once. May be used while another process runs the daemon. */
export interface SessionExports {
  /** Takes the session. Requires that no daemon runs. */
  take(telegramUserId: string): Promise<ExportStatus>;
  /** Requests that the daemon takes the session before `expiresAt` (epoch ms). */
  request(telegramUserId: string, expiresAt: number): Promise<ExportStatus>;
  findStatus(telegramUserId: string): Promise<ExportStatus>;
  /** Withdraws a request, unless it is fulfilled: then the status is `ready`. */
  withdraw(telegramUserId: string): Promise<ExportStatus>;
  /** Deletes the stored session, after its new holder has received it. */
  confirm(accountId: string): Promise<void>;
}

export interface SessionExportsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * An exported session is in its row of session_leases until its new holder has received it: an
 * interrupted export can be repeated. Only the daemon can close its connection. So a request
 * changes nothing by itself: the daemon takes the session after that.
 */
export function createSessionExports({ database, clock, random }: SessionExportsDeps): SessionExports {
  function change(
    telegramUserId: string,
    work: (tx: Transaction, account: TelegramAccountRecord) => Promise<void>,
  ): Promise<ExportStatus> {
    return database.transaction(async (tx) => {
      const found = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
      if (found === undefined || !(await tx.telegramAccounts.hold(found.id))) return { kind: 'unknown' };
      const account = await tx.telegramAccounts.find(found.id);
      if (account?.heldBy === 'gangway') await work(tx, account);
      return statusOf(tx, found.id);
    });
  }

  async function request(tx: Transaction, account: TelegramAccountRecord, expiresAt: number): Promise<void> {
    const { id, owner, telegramUserId } = account;
    const fencing = (await tx.sessionLeases.find(id))?.fencing ?? 0;
    const fresh = { leaseId: randomId(random), consumer: 'export', requestId: null, session: null, fencing };
    const times = { takenAt: clock.now(), expiresAt };
    await tx.sessionLeases.save({ id, owner, telegramUserId, state: 'export_requested', ...fresh, ...times });
  }

  return {
    take: (telegramUserId) =>
      change(telegramUserId, async (tx, account) => {
        await request(tx, account, clock.now());
        await takeSession(tx, account.id, clock.now());
      }),
    request: (telegramUserId, expiresAt) => change(telegramUserId, (tx, account) => request(tx, account, expiresAt)),
    findStatus: (telegramUserId) => change(telegramUserId, () => Promise.resolve()),
    withdraw: (telegramUserId) => change(telegramUserId, (tx, { id }) => deleteRequest(tx, id)),
    confirm: (accountId) =>
      database.transaction(async (tx) => {
        const row = await tx.sessionLeases.find(accountId);
        if (isExport(row)) await tx.sessionLeases.delete(accountId);
      }),
  };
}

export interface ExportSweepDeps {
  readonly database: Database;
  /** Resolves when the connection of the account is closed. */
  readonly closeConnection: (accountId: string) => Promise<void>;
  readonly clock: Clock;
}

/**
 * Returns what fulfils the requests in the daemon, and deletes expired ones. To be
 * called every few seconds.
 */
export function createExportSweep({ database, closeConnection, clock }: ExportSweepDeps): () => Promise<void> {
  return async () => {
    const requested = await database.transaction((tx) => tx.sessionLeases.listExportRequests());
    for (const { id, expiresAt } of requested) {
      await database.locks.run(`account:${id}`, async () => {
        await closeConnection(id);
        await database.transaction(async (tx) => {
          const isInTime = clock.now() < expiresAt && (await tx.telegramAccounts.hold(id));
          if (!isInTime || !(await takeSession(tx, id, clock.now()))) await deleteRequest(tx, id);
        });
      });
    }
  };
}

/**
 * Moves the session from the linked account to its requested export. Returns false if one of them
 * is gone.
 */
async function takeSession(tx: Transaction, id: string, at: number): Promise<boolean> {
  const row = await tx.sessionLeases.find(id);
  const account = await tx.telegramAccounts.find(id);
  if (row?.state !== 'export_requested' || !account?.session) return false;
  const change = { from: 'gangway', to: 'export', session: null, at } as const;
  if (!(await tx.telegramAccounts.setHolder(id, change))) return false;
  await tx.sessionLeases.save({ ...row, state: 'exported', session: account.session, takenAt: at });
  return true;
}

async function deleteRequest(tx: Transaction, id: string): Promise<void> {
  if ((await tx.sessionLeases.find(id))?.state === 'export_requested') await tx.sessionLeases.delete(id);
}

/** Whether this row has a session that is exported, rather than transferred. */
function isExport(row: SessionLeaseRecord | undefined): row is SessionLeaseRecord {
  return row?.state === 'exported' && !isTransfer(row);
}

async function statusOf(tx: Transaction, id: string): Promise<ExportStatus> {
  const account = await tx.telegramAccounts.find(id);
  if (account === undefined) return { kind: 'unknown' };
  if (account.heldBy === 'gangway') return { kind: 'not_ready' };
  const row = await tx.sessionLeases.find(id);
  const session = account.heldBy === 'export' && isExport(row) ? row.session : null;
  return session === null ? { kind: 'held', heldBy: account.heldBy } : { kind: 'ready', account, session };
}
