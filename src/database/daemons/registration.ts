import { type Cancel, type Clock, elapsedMs } from '../../base/clock.js';
import type { LeaseGuard } from '../../base/leases.js';
import type { Logger } from '../../base/logger.js';
import { randomId, type Random } from '../../base/random.js';
import { createSharedDeadline, type SharedDeadline } from '../../base/shared-deadline.js';
import type { AdvisoryLocks } from '../advisory-locks.js';
import { DatabaseFailure } from '../failure.js';

/**
 * The lease of this daemon among the daemons on one PostgreSQL database. All that the daemon holds
 * (locks, leases of keys, the right to write) ends with it. Only the database's clock decides when.
 * The ID is a fencing token: after the lease has ended, the daemon gets another one.
 */
export interface Registration {
  /** Registers, and renews the lease from then on. */
  start(): Promise<void>;
  /** Returns the ID of this daemon. Throws DatabaseFailure `busy` while it has none. */
  id(): string;
  /** Calls `onLost` when the lease is lost, and registers again when that has resolved. */
  whenLost(onLost: () => Promise<void>): void;
  /** Called after each renewal. */
  whenRenewed(onRenewed: () => void): void;
  /** Returns whether the lease is still there. */
  exists(): Promise<boolean>;
  /** Renews the lease now. Call it if the lease seems to be lost. */
  check(): void;
  /** Whether this daemon does what only one daemon should do. */
  leads(): boolean;
  readonly guard: LeaseGuard;
  /** Ends the lease. */
  stop(): Promise<void>;
}

export interface RegistrationDeps {
  /**
   * The statements about the lease run on the connection of the locks, which no other waits for.
   */
  readonly locks: Pick<AdvisoryLocks, 'query' | 'suspend' | 'resume'>;
  /** The application_name of all connections of this daemon. */
  readonly connectionName: string;
  /** Ends the lease of a daemon whose time is over. */
  readonly evict: (id: string, connectionName: string) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The duration of a lease, by the database's clock. */
const leaseMs = 12_000;
const renewEveryMs = 1_000;
/**
 * How long a daemon uses its lease without renewing it. A connection of its that is silent then is
 * closed by the peer `disconnectAfterMs` later, before the lease ends.
 */
const usedForMs = 4_000;
const disconnectAfterMs = 6_000;

/** SQL for the time by the database's clock; epoch ms. */
export const databaseNowMs = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/**
 * SQL for the end of a lease. A server that was down has kept all daemons from renewing, so they
 * have the whole duration again after its start.
 */
export const endOfLease = `greatest(expires_at, (extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint + ${leaseMs})`;

/** SQL for the IDs of the daemons whose lease has not ended. */
export const runningDaemons = `SELECT id FROM daemons WHERE ${endOfLease} > ${databaseNowMs}`;

export function createRegistration(deps: RegistrationDeps): Registration {
  const { locks, connectionName, evict, clock, random, logger } = deps;
  const deadline = createSharedDeadline({ clock, elapsedMs });
  let id: string | undefined;
  let leads = false;
  let stopped = false;
  let renewing: Promise<void> | undefined;
  let evicting: Promise<void> | undefined;
  let cancelRenewal: Cancel = () => undefined;
  let cancelDeadline: Cancel = () => undefined;
  let onLost: () => Promise<void> = () => Promise.resolve();
  let onRenewed: () => void = () => undefined;

  function use(since: ReturnType<SharedDeadline['now']>): void {
    deadline.extend(since, usedForMs);
    cancelDeadline();
    cancelDeadline = clock.after(usedForMs, () => {
      if (!deadline.isOver() || stopped) return;
      logger.warn('daemon lease not renewed in time');
      onLost().catch((error: unknown) => logger.error('daemon lease cleanup failed', { error }));
    });
  }

  async function register(): Promise<void> {
    const since = deadline.now();
    const fresh = randomId(random);
    await locks.query(
      `INSERT INTO daemons (id, connection_name, registered_at, expires_at)
       VALUES ($1, $2, ${databaseNowMs}, ${databaseNowMs} + ${leaseMs})`,
      [fresh, connectionName],
    );
    id = fresh;
    use(since);
  }

  /** What began under the lost lease must end before there is a new one. */
  async function registerAgain(): Promise<void> {
    await Promise.all([locks.suspend(), onLost()]);
    await register();
    locks.resume();
    logger.info('daemon registered again');
  }

  async function renew(): Promise<void> {
    if (id === undefined) await registerAgain();
    const since = deadline.now();
    const [row] = await locks.query<{ leader: string | null }>(
      `UPDATE daemons SET expires_at = ${databaseNowMs} + ${leaseMs} WHERE id = $1
       RETURNING (SELECT id FROM daemons WHERE ${endOfLease} > ${databaseNowMs} ORDER BY registered_at, id LIMIT 1) AS leader`,
      [id],
    );
    if (row === undefined) {
      id = undefined;
      leads = false;
      deadline.expire();
      logger.error('daemon lease lost to another daemon');
      return renew();
    }
    use(since);
    leads = row.leader === id;
    onRenewed();
    evicting ??= evictExpired()
      .catch((error: unknown) => logger.warn('lost daemons not evicted', { error }))
      .finally(() => (evicting = undefined));
  }

  /** The renewals do not wait for this, because it may wait for what a lost daemon has begun. */
  async function evictExpired(): Promise<void> {
    const expired = await locks.query<{ id: string; name: string }>(
      `SELECT id, connection_name AS name FROM daemons WHERE id <> $1 AND ${endOfLease} <= ${databaseNowMs}`,
      [id],
    );
    for (const daemon of expired) await evict(daemon.id, daemon.name);
  }

  function renewNow(): void {
    cancelRenewal();
    if (stopped || renewing) return;
    renewing = renew()
      .catch((error: unknown) => logger.warn('daemon lease not renewed', { error }))
      .finally(() => {
        renewing = undefined;
        if (!stopped) cancelRenewal = clock.after(renewEveryMs, renewNow);
      });
  }

  return {
    async start() {
      await register();
      renewing = renew().finally(() => (renewing = undefined));
      await renewing;
      cancelRenewal = clock.after(renewEveryMs, renewNow);
    },
    id() {
      if (id === undefined) throw leaseLost();
      return id;
    },
    whenLost(run) {
      onLost = run;
    },
    whenRenewed(run) {
      onRenewed = run;
    },
    async exists() {
      const rows = await locks.query('SELECT id FROM daemons WHERE id = $1', [id]);
      return rows.length > 0;
    },
    check: renewNow,
    leads: () => leads,
    guard: { deadline, disconnectAfterMs },
    async stop() {
      stopped = true;
      cancelRenewal();
      cancelDeadline();
      await Promise.all([renewing, evicting]);
      deadline.expire();
      if (id !== undefined) await locks.query('DELETE FROM daemons WHERE id = $1', [id]).catch(() => undefined);
      id = undefined;
    },
  };
}

export function leaseLost(): DatabaseFailure {
  const cause = new Error('this daemon has lost its lease, and has not registered again yet');
  return new DatabaseFailure({ kind: 'busy' }, { cause });
}
