import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { createLocalRateLimiter, type RateEvent, type RateLimiter } from '../base/rate-limiter.js';

export interface SharedRateLimiterDeps {
  /** Runs one statement by itself, outside of transactions. Throws DatabaseFailure. */
  readonly query: <Row>(sql: string, parameters: readonly string[]) => Promise<readonly Row[]>;
  /** Returns the keyed hash of a text, which may contain a phone number. */
  readonly hash: (subject: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a bucket that was full is not asked for again, however full it was. */
const refusalMs = 1_000;
const maxRefusals = 10_000;
const sweptAtOnce = 10_000;

/** SQL for the time by the database's clock; epoch microseconds. */
const nowUs = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';
// A clock that was set back would leave a bucket more than full.
const fillOf = (emptyAt: string, now: string, capacity: string) =>
  `least(greatest(${emptyAt} - ${now}, 0), ${capacity})`;
const waits = `
  time AS MATERIALIZED (SELECT ${nowUs} AS now),
  event AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS event(key text, cost bigint, capacity bigint)),
  wait AS MATERIALIZED (
    SELECT event.key, ${fillOf('bucket.empty_at', 'time.now', 'event.capacity')} + event.cost - event.capacity AS us
    FROM time CROSS JOIN event JOIN rate_limits AS bucket ON bucket.key_hash = event.key)`;
const ofEvent = (column: string) => `(SELECT event.${column} FROM event WHERE event.key = excluded.key_hash)`;
const fill = fillOf('bucket.empty_at', '(SELECT now FROM time)', ofEvent('capacity'));

const selectWaits = `WITH ${waits} SELECT key, us::float8 AS us FROM wait WHERE us > 0`;

/**
 * Counts all events, or none if one is known to have no room. If another daemon fills a bucket at
 * the same time, only some may be counted. Rows are locked in the order of their keys.
 */
const countEvents = `
  WITH ${waits},
  counted AS (
    INSERT INTO rate_limits AS bucket (key_hash, empty_at)
    SELECT event.key, time.now + event.cost FROM event CROSS JOIN time
    WHERE NOT EXISTS (SELECT 1 FROM wait WHERE us > 0) ORDER BY event.key
    ON CONFLICT (key_hash) DO UPDATE
    SET empty_at = (SELECT now FROM time) + ${fill} + ${ofEvent('cost')}
    WHERE ${fill} + ${ofEvent('cost')} <= ${ofEvent('capacity')}
    RETURNING key_hash, empty_at)
  SELECT key_hash AS key, empty_at::float8 AS us, true AS counted FROM counted
  UNION ALL SELECT key, us::float8, false FROM wait WHERE us > 0`;

/** What was in a bucket before an event has drained first, since `drains_from`. */
const removeEvents = `
  WITH event AS (SELECT * FROM json_to_recordset($1::json) AS event(key text, cost bigint, drains_from bigint)),
  held AS (
    SELECT event.*, ${nowUs} AS now FROM rate_limits AS bucket JOIN event ON event.key = bucket.key_hash
    ORDER BY bucket.key_hash FOR UPDATE OF bucket),
  lowered AS (
    UPDATE rate_limits AS bucket
    SET empty_at = bucket.empty_at - greatest(held.cost - greatest(held.now - held.drains_from, 0), 0)
    FROM held WHERE bucket.key_hash = held.key RETURNING 1)
  SELECT count(*) FROM lowered`;

const deleteEmpty = `
  WITH gone AS (
    DELETE FROM rate_limits WHERE key_hash IN (
      SELECT key_hash FROM rate_limits WHERE empty_at <= ${nowUs} LIMIT ${sweptAtOnce} FOR UPDATE SKIP LOCKED)
    RETURNING 1)
  SELECT count(*)::int AS gone FROM gone`;

/** An event in the form of the statements. `cost` and `capacity` are microseconds. */
interface BucketEvent {
  readonly key: string;
  readonly cost: number;
  readonly capacity: number;
}

interface WaitRow {
  readonly key: string;
  /** How long until there is room. */
  readonly us: number;
}

interface CountedRow {
  readonly key: string;
  /** When the bucket will be empty, if the event was counted; otherwise how long to wait. */
  readonly us: number;
  readonly counted: boolean;
}

/**
 * Creates the limiter of daemons that share a PostgreSQL database. A bucket is a row, and the
 * database's clock drains it (leaky bucket as a meter, GCRA). What is full is remembered for a
 * second, so that a flood of events costs few statements.
 */
export function createSharedRateLimiter({ query, hash, clock, logger }: SharedRateLimiterDeps): RateLimiter {
  const local = createLocalRateLimiter(clock);
  /** When buckets that were full have room; epoch ms. */
  const refusals = new Map<string, { readonly roomAt: number; readonly until: number }>();

  const read = ({ limit, key }: RateEvent): BucketEvent => {
    const { max, windowMs } = limit.allowance;
    return {
      key: hash(`rate ${limit.name} ${key}`),
      cost: Math.floor((windowMs * 1000) / max),
      capacity: windowMs * 1000,
    };
  };
  const split = (events: readonly RateEvent[]) => ({
    ofDaemon: events.filter(({ limit }) => limit.isLocal === true),
    ofAll: events.filter(({ limit }) => limit.isLocal !== true).map(read),
  });

  function rememberFull(rows: readonly WaitRow[]): number {
    const now = clock.now();
    for (const { key, us } of rows) {
      refusals.delete(key);
      refusals.set(key, { roomAt: now + us / 1000, until: now + refusalMs });
      const [oldest] = refusals.keys();
      if (refusals.size > maxRefusals && oldest !== undefined) refusals.delete(oldest);
    }
    return Math.max(0, ...rows.map(({ us }) => Math.ceil(us / 1000)));
  }

  function rememberedWaitMs(events: readonly BucketEvent[]): number {
    const now = clock.now();
    const waitMs = ({ key }: BucketEvent) => {
      const refusal = refusals.get(key);
      if (refusal === undefined) return 0;
      if (refusal.until > now && refusal.roomAt > now) return Math.ceil(refusal.roomAt - now);
      refusals.delete(key);
      return 0;
    };
    return Math.max(0, ...events.map(waitMs));
  }

  async function askWaitMs(events: readonly BucketEvent[]): Promise<number> {
    if (events.length === 0) return 0;
    const remembered = rememberedWaitMs(events);
    if (remembered > 0) return remembered;
    return rememberFull(await query<WaitRow>(selectWaits, [JSON.stringify(events)]));
  }

  async function remove(events: readonly BucketEvent[], counted: readonly CountedRow[]): Promise<void> {
    const removed = events.flatMap(({ key, cost }) =>
      counted.filter((row) => row.key === key).map(({ us }) => ({ key, cost, drains_from: us - cost })),
    );
    if (removed.length === 0) return;
    try {
      await query(removeEvents, [JSON.stringify(removed)]);
      for (const { key } of removed) refusals.delete(key);
    } catch (error) {
      logger.warn('rate limit events not revoked', { error });
    }
  }

  /** Returns the events that were counted, or how long to wait if any had no room. */
  async function count(events: readonly BucketEvent[]): Promise<readonly CountedRow[] | number> {
    if (events.length === 0) return [];
    const remembered = rememberedWaitMs(events);
    if (remembered > 0) return remembered;
    const rows = await query<CountedRow>(countEvents, [JSON.stringify(events)]);
    const counted = rows.filter((row) => row.counted);
    if (counted.length === events.length) return counted;
    const waitMs = rememberFull(rows.filter((row) => !row.counted));
    if (waitMs > 0) return waitMs;
    await remove(events, counted);
    return Math.max(1, await askWaitMs(events));
  }

  return {
    async waitMs(events) {
      const { ofDaemon, ofAll } = split(events);
      const here = await local.waitMs(ofDaemon);
      return here > 0 ? here : askWaitMs(ofAll);
    },

    async admit(events) {
      const { ofDaemon, ofAll } = split(events);
      const here = await local.admit(ofDaemon);
      if (!here.isAdmitted) return here;
      const counted = await count(ofAll);
      if (typeof counted === 'number') {
        await here.revoke(ofDaemon);
        return { isAdmitted: false, retryAfterMs: counted };
      }
      return {
        isAdmitted: true,
        async revoke(revoked) {
          await here.revoke(revoked.filter(({ limit }) => limit.isLocal === true));
          await remove(split(revoked).ofAll, counted);
        },
      };
    },

    async sweep() {
      await local.sweep();
      for (;;) {
        const [row] = await query<{ gone: number }>(deleteEmpty, []);
        if (row === undefined || row.gone < sweptAtOnce) return;
      }
    },
  };
}
