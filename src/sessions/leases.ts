import { parseMxid, type Mxid } from '../base/mxid.js';
import { randomId } from '../base/random.js';
import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import type { Database, Transaction } from '../database/database.js';
import type { SessionLeaseRecord } from '../database/tables/session-leases.js';
import type { SessionHolder, TelegramAccountRecord } from '../database/tables/telegram-accounts.js';
import type { SessionFormat } from '../telegram/formats/formats.js';
import type { TelegramSession } from '../telegram/gateway.js';
import type { TelegramUser } from '../telegram/shapes.js';
import type { Consumer } from './consumer.js';
import { SessionFailure } from './failure.js';

/** A linked account as shown to a consumer. */
export interface ListedSession {
  readonly owner: Mxid;
  readonly user: TelegramUser;
  readonly heldBy: SessionHolder;
  /** When the user logged in, in epoch milliseconds. */
  readonly since: number;
  /** Undefined unless the session is leased. */
  readonly lease: { readonly consumer: string; readonly expiresAt: number; readonly fencing: number } | undefined;
}

/** A lease as shown to its holder. */
export interface Lease {
  readonly leaseId: string;
  readonly fencing: number;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** A new lease with its session. */
export interface AcquiredLease extends Lease {
  readonly owner: Mxid;
  readonly user: TelegramUser;
  readonly session: Secret;
}

/** The parameters of an acquisition. */
export interface Acquisition {
  readonly telegramUserId: string;
  readonly format: SessionFormat;
  /** Limited to the maximum. */
  readonly lifetimeMs: number | undefined;
  /** A repeated request with the same ID returns the same lease. */
  readonly requestId: string | undefined;
}

/** Leases sessions to other programs, exclusively. Every method throws SessionFailure. */
export interface SessionLeases {
  list(consumer: Consumer, owner?: string): Promise<readonly ListedSession[]>;
  /** Closes the connection, removes the session from the linked account, and returns it. */
  acquire(consumer: Consumer, acquisition: Acquisition): Promise<AcquiredLease>;
  /** Extends the lease; never shortens it. Throws `lease_over` as soon as the lease has expired. */
  renew(consumer: Consumer, leaseId: string, lifetimeMs: number | undefined): Promise<Lease>;
  /**
   * The holder has closed its connection: Gangway uses the session again, or ends it if the login
   * is gone.
   */
  release(consumer: Consumer, leaseId: string): Promise<void>;
}

/** The leases and their background work. */
export interface SessionLeaseService extends SessionLeases {
  /** Takes back the sessions of expired leases. To be called periodically. */
  sweep(): Promise<void>;
}

export interface SessionLeasesDeps extends Omit<Runtime, 'clock'> {
  readonly database: Database;
  readonly maxLeaseMs: number;
  readonly defaultLeaseMs: number;
  /** How long after the expiry a holder may still close its connection. */
  readonly graceMs: number;
  /** Throws if the session cannot be converted to the format. */
  readonly writeSession: (format: SessionFormat, session: TelegramSession, user: TelegramUser) => Secret;
  readonly readProfile: (profile: Secret) => TelegramUser;
  /** Resolves when the connection of the account is closed. */
  readonly closeConnection: (accountId: string) => Promise<void>;
  /** Schedules the end of a session at Telegram. */
  readonly leaveSession: (
    tx: Transaction,
    session: { readonly id: string; readonly owner: Mxid; readonly session: TelegramSession; readonly since: number },
  ) => Promise<void>;
}

const expiredAtOnce = 100;
const overKeptMs = 86_400_000;

/**
 * A leased session is stored only in the row of its lease, so that Gangway cannot open it. It is
 * moved there and back in one transaction each. An expired lease cannot be renewed. After a grace
 * period, the session is taken back. Leases expire by the database's clock, since each request of
 * the holder may reach another daemon.
 */
export function createSessionLeases(deps: SessionLeasesDeps): SessionLeaseService {
  const { database, maxLeaseMs, defaultLeaseMs, graceMs, closeConnection, leaveSession } = deps;
  const { writeSession, readProfile, random, logger } = deps;
  const expiryOf = (at: number, lifetimeMs = defaultLeaseMs) => at + Math.min(lifetimeMs, maxLeaseMs);

  const lock = <T>(id: string, work: () => Promise<T>) => database.locks.run(`account:${id}`, work);

  async function findAccount(
    tx: Transaction,
    consumer: Consumer,
    telegramUserId: string,
  ): Promise<TelegramAccountRecord> {
    const account = await tx.telegramAccounts.findByTelegramUserId(telegramUserId);
    if (account && consumer.mayUse(account.owner)) return account;
    throw new SessionFailure({ kind: 'session_unknown' });
  }

  /** The caller holds the account's lock, and the connection is closed. */
  async function take(tx: Transaction, consumer: Consumer, asked: Acquisition, at: number): Promise<AcquiredLease> {
    const account = await findAccount(tx, consumer, asked.telegramUserId);
    const { id, owner, session } = account;
    const user = readProfile(account.profile);
    const before = await tx.sessionLeases.find(id);
    if (before && isSameRequest(before, consumer, asked.requestId) && at < before.expiresAt) {
      return { ...leaseOf(before), owner, user, session: writeSession(asked.format, before.session, user) };
    }
    const change = { from: 'gangway', to: 'lease', session: null, at } as const;
    if (session === null || !(await tx.telegramAccounts.setHolder(id, change))) throw held(account, before);
    const lease: SessionLeaseRecord = {
      id,
      leaseId: randomId(random),
      owner,
      telegramUserId: asked.telegramUserId,
      consumer: consumer.name,
      requestId: asked.requestId ?? null,
      state: 'active',
      session,
      // The current time exceeds every earlier number, even that of a lease whose row is deleted.
      fencing: Math.max((before?.fencing ?? 0) + 1, at),
      takenAt: at,
      expiresAt: expiryOf(at, asked.lifetimeMs),
    };
    await tx.sessionLeases.save(lease);
    const { consumer: name, fencing, expiresAt } = lease;
    const what = { type: 'lease.taken', consumer: name, fencing, expiresAt } as const;
    await tx.events.append({ owner, telegramUserId: asked.telegramUserId, at, what });
    return { ...leaseOf(lease), owner, user, session: writeSession(asked.format, session, user) };
  }

  /** Runs `work` on a lease that the consumer holds and that has not expired. */
  async function onLease<T>(
    consumer: Consumer,
    leaseId: string,
    work: (tx: Transaction, lease: SessionLeaseRecord, at: number) => Promise<T>,
  ): Promise<T> {
    const over = () => new SessionFailure({ kind: 'lease_over' });
    const found = await database.transaction((tx) => tx.sessionLeases.findByLeaseId(leaseId));
    if (found?.consumer !== consumer.name) throw over();
    return lock(found.id, async () => {
      const at = await database.now();
      return database.transaction(async (tx) => {
        // A logout takes the same lock.
        await tx.telegramAccounts.hold(found.id);
        const lease = await tx.sessionLeases.findByLeaseId(leaseId);
        if (lease === undefined || lease.state === 'over' || at >= lease.expiresAt) throw over();
        return work(tx, lease, at);
      });
    });
  }

  /** The session is in exactly one row before and after. */
  async function takeBack(
    tx: Transaction,
    lease: SessionLeaseRecord,
    { reason, at }: { readonly reason: 'released' | 'expired'; readonly at: number },
  ): Promise<void> {
    const { id, owner, telegramUserId, consumer, session, state } = lease;
    if (session === null) return;
    await tx.events.append({ owner, telegramUserId, at, what: { type: 'lease.ended', consumer, reason } });
    const change = { from: 'lease', to: 'gangway', session, at } as const;
    if (state === 'active' && (await tx.telegramAccounts.setHolder(id, change))) {
      return tx.sessionLeases.save({ ...lease, state: 'over', session: null, expiresAt: at });
    }
    await tx.sessionLeases.delete(id);
    await leaveSession(tx, { id, owner, session, since: at });
  }

  return {
    async list(consumer, owner) {
      const mxid = owner === undefined ? undefined : parseMxid(owner);
      if (owner !== undefined && mxid === undefined) return [];
      const { accounts, leases } = await database.transaction(async (tx) => ({
        accounts: await (mxid === undefined ? tx.telegramAccounts.list() : tx.telegramAccounts.listByOwner(mxid)),
        leases: new Map((await tx.sessionLeases.listActive()).map((lease) => [lease.id, lease])),
      }));
      return accounts
        .filter((account) => consumer.mayUse(account.owner))
        .map((account) => ({
          owner: account.owner,
          user: readProfile(account.profile),
          heldBy: account.heldBy,
          since: account.createdAt,
          lease: leases.get(account.id),
        }));
    },

    async acquire(consumer, asked) {
      if (!consumer.mayAcquire) throw new SessionFailure({ kind: 'acquire_forbidden' });
      if (!consumer.formats.includes(asked.format)) throw new SessionFailure({ kind: 'format_forbidden' });
      const find = (tx: Transaction) => findAccount(tx, consumer, asked.telegramUserId);
      const { id } = await database.transaction(find);
      const lease = await lock(id, async () => {
        await closeConnection(id);
        const at = await database.now();
        return database.transaction(async (tx) => {
          // A new login has another connection, which is not closed.
          if ((await find(tx)).id !== id) throw new SessionFailure({ kind: 'session_unknown' });
          return take(tx, consumer, asked, at);
        });
      });
      logger.info('session leased', { owner: lease.owner, consumer: consumer.name, expiresAt: lease.expiresAt });
      return lease;
    },

    async renew(consumer, leaseId, lifetimeMs) {
      return onLease(consumer, leaseId, async (tx, lease, at) => {
        // The configuration may have changed since the lease was taken.
        const isAllowed = consumer.mayAcquire && consumer.mayUse(lease.owner);
        if (lease.state === 'ending' || !isAllowed) throw new SessionFailure({ kind: 'lease_over' });
        const renewed = { ...lease, expiresAt: Math.max(lease.expiresAt, expiryOf(at, lifetimeMs)) };
        await tx.sessionLeases.save(renewed);
        return leaseOf(renewed);
      });
    },

    async release(consumer, leaseId) {
      await onLease(consumer, leaseId, (tx, lease, at) => takeBack(tx, lease, { reason: 'released', at }));
      logger.info('session lease released', { consumer: consumer.name });
    },

    async sweep() {
      const at = await database.now();
      const expired = await database.transaction(async (tx) => {
        await tx.sessionLeases.deleteOver(at - overKeptMs);
        return tx.sessionLeases.listExpired(at - graceMs, expiredAtOnce);
      });
      for (const { id, owner, consumer } of expired) {
        await lock(id, () =>
          database.transaction(async (tx) => {
            const lease = await tx.sessionLeases.find(id);
            if (lease && lease.expiresAt <= at - graceMs) await takeBack(tx, lease, { reason: 'expired', at });
          }),
        );
        logger.warn('session lease expired', { owner, consumer });
      }
    },
  };
}

function leaseOf({ leaseId, fencing, expiresAt }: SessionLeaseRecord): Lease {
  return { leaseId, fencing, expiresAt };
}

/** Returns whether the earlier lease answers this request. */
function isSameRequest(
  lease: SessionLeaseRecord,
  consumer: Consumer,
  requestId: string | undefined,
): lease is SessionLeaseRecord & { readonly session: Secret } {
  const { state, session, requestId: before } = lease;
  return (
    state === 'active' &&
    session !== null &&
    lease.consumer === consumer.name &&
    before !== null &&
    before === requestId
  );
}

function held({ heldBy }: TelegramAccountRecord, lease: SessionLeaseRecord | undefined): SessionFailure {
  const { consumer, expiresAt } = heldBy === 'lease' && lease ? lease : {};
  return new SessionFailure({ kind: 'session_held', heldBy, consumer, expiresAt });
}
