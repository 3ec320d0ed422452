import { type Clock } from '../../base/clock.js';
import { KeyedMutex } from '../../base/keyed-mutex.js';
import type { LeaseHolder, Leases } from '../../base/leases.js';
import type { Logger } from '../../base/logger.js';
import { randomId, type Random } from '../../base/random.js';
import { DatabaseFailure } from '../failure.js';
import type { Registration } from './registration.js';

/** The PostgreSQL channel on which daemons ask each other for leases. */
export const leaseChannel = 'gangway_leases';

/** The leases of keys in a PostgreSQL database, which its daemons share. */
export interface SharedLeases extends Leases {
  /** Handles a notice from the channel. */
  onNotice(text: string): void;
}

export interface SharedLeasesDeps {
  readonly registration: Pick<Registration, 'id' | 'whenLost' | 'whenRenewed' | 'guard' | 'check'>;
  /** Runs one statement by itself. Throws DatabaseFailure. */
  readonly query: <Row extends object>(sql: string, parameters: readonly string[]) => Promise<readonly Row[]>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A lease that this daemon holds. */
interface Holding {
  readonly daemon: string;
  readonly fencingToken: string;
}

/** The request is repeated, because notices can get lost. */
const askEveryMs = 1_000;
/** Longer than a lease, and than any call to Telegram. */
const maxWaitMs = 55_000;
/** The foreign key: the row of this daemon is gone. */
const foreignKeyViolation = '23503';

export function createSharedLeases(deps: SharedLeasesDeps): SharedLeases {
  const { registration, query, clock, random, logger } = deps;
  const keys = new KeyedMutex();
  const acquiring = new Set<string>();
  const held = new Map<string, Holding>();
  /** Leases whose release failed. The token prevents that a late release ends a newer lease. */
  const unreleased = new Map<string, Holding>();
  const waiting = new Map<string, Set<() => void>>();
  let holder: LeaseHolder = { onRequested: () => undefined, onLost: () => Promise.resolve() };

  /** Resolves after a while, or when `key` is released. */
  function pause(key: string): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        waiting.get(key)?.delete(end);
        if (waiting.get(key)?.size === 0) waiting.delete(key);
        resolve();
      };
      const cancel = clock.after(askEveryMs, end);
      waiting.set(key, (waiting.get(key) ?? new Set()).add(end));
    });
  }

  async function repeatUntilFree(key: string, attempt: () => Promise<boolean>): Promise<void> {
    const until = clock.now() + maxWaitMs;
    while (!(await attempt())) {
      if (clock.now() >= until) {
        throw new DatabaseFailure(
          { kind: 'busy' },
          { cause: new Error('another daemon does not release a connection') },
        );
      }
      await pause(key);
    }
  }

  /** Takes the lease, or asks the daemon that has it. A lease of this daemon gets a new token. */
  async function take(key: string): Promise<boolean> {
    const daemon = registration.id();
    const fencingToken = randomId(random);
    try {
      const [row] = await query<{ taken: number }>(
        `WITH taken AS (
           INSERT INTO connection_leases AS lease (key, daemon, fencing_token) VALUES ($1, $2, $3)
           ON CONFLICT (key) DO UPDATE SET fencing_token = excluded.fencing_token WHERE lease.daemon = excluded.daemon
           RETURNING lease.key),
         asked AS (SELECT pg_notify('${leaseChannel}', 'request ' || daemon || ' ' || key) FROM connection_leases
           WHERE key = $1 AND daemon <> $2)
         SELECT (SELECT count(*) FROM taken)::int AS taken, (SELECT count(*) FROM asked)::int AS asked`,
        [key, daemon, fencingToken],
      );
      if (row?.taken !== 1) return false;
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      registration.check();
      throw new DatabaseFailure({ kind: 'busy' }, { cause: error });
    }
    unreleased.delete(key);
    held.set(key, { daemon, fencingToken });
    return true;
  }

  async function isFree(key: string): Promise<boolean> {
    const [row] = await query<{ asked: number }>(
      `WITH asked AS (SELECT pg_notify('${leaseChannel}', 'request ' || daemon || ' ' || key) FROM connection_leases
         WHERE key = $1 AND daemon <> $2)
       SELECT (SELECT count(*) FROM asked)::int AS asked`,
      [key, registration.id()],
    );
    return row?.asked === 0;
  }

  async function deleteRow(key: string, { daemon, fencingToken }: Holding): Promise<void> {
    try {
      await query(
        `WITH gone AS (DELETE FROM connection_leases WHERE key = $1 AND daemon = $2 AND fencing_token = $3 RETURNING key)
         SELECT pg_notify('${leaseChannel}', 'released ' || key) FROM gone`,
        [key, daemon, fencingToken],
      );
      unreleased.delete(key);
    } catch (error) {
      logger.debug('connection lease not released yet', { error });
    }
  }

  /** Releases a lease that this daemon has unknowingly: the answer that granted it was lost. */
  function releaseUnknown(key: string, daemon: string): void {
    if (acquiring.has(key)) return;
    keys
      .run(key, async () => {
        if (held.has(key) || registration.id() !== daemon) return;
        const [row] = await query<{ token: string }>(
          'SELECT fencing_token AS token FROM connection_leases WHERE key = $1 AND daemon = $2',
          [key, daemon],
        );
        if (row) await deleteRow(key, { daemon, fencingToken: row.token });
      })
      .catch((error: unknown) => logger.debug('connection lease not released yet', { error }));
  }

  function releaseLate(): void {
    for (const [key, holding] of unreleased) {
      if (acquiring.has(key)) continue;
      keys
        .run(key, async () => {
          if (unreleased.get(key) === holding) await deleteRow(key, holding);
        })
        .catch(() => undefined);
    }
  }

  registration.whenRenewed(releaseLate);
  registration.whenLost(() => holder.onLost());

  return {
    guard: registration.guard,

    acquire: (key) =>
      keys.run(key, async () => {
        acquiring.add(key);
        try {
          await repeatUntilFree(key, () => take(key));
        } finally {
          acquiring.delete(key);
        }
      }),

    release: (key) =>
      keys.run(key, async () => {
        const holding = held.get(key);
        if (holding === undefined) return;
        held.delete(key);
        unreleased.set(key, holding);
        await deleteRow(key, holding);
      }),

    awaitRelease: (key) => repeatUntilFree(key, () => isFree(key)),

    setHolder(one) {
      holder = one;
    },

    onNotice(text) {
      const [what, ...rest] = text.split(' ');
      const key = rest.at(-1) ?? '';
      if (what === 'released') waiting.get(key)?.forEach((end) => end());
      if (what !== 'request' || rest[0] === undefined) return;
      if (held.get(key)?.daemon === rest[0]) holder.onRequested(key);
      else releaseUnknown(key, rest[0]);
    },
  };
}

function isForeignKeyViolation(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === foreignKeyViolation;
}
