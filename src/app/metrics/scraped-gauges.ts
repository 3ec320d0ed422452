import type { Clock } from '../../base/clock.js';
import { withDeadline } from '../../base/deadline.js';
import type { Logger } from '../../base/logger.js';
import type { Database } from '../../database/database.js';
import type { Metrics } from '../../observability/metrics.js';
import type { GangwayMetrics } from './definitions.js';

export interface ScrapedGaugesDeps {
  readonly metrics: Metrics<GangwayMetrics>;
  readonly database: Pick<Database, 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const outboxesForMs = 10_000;
/** Reads each row of a table. */
const accountsForMs = 60_000;
const readWithinMs = 5_000;

/**
 * Sets the gauges of the database before each scrape, from reads that are repeated every 10 seconds
 * at most. If the database does not answer, the scrape has no such values.
 */
export function scrapeDatabase({ metrics, database, clock, logger }: ScrapedGaugesDeps): void {
  const seldom = (everyMs: number, names: readonly (keyof GangwayMetrics)[], read: () => Promise<void>) => {
    let until = -Infinity;
    let reading: Promise<void> | undefined;
    const refresh = async () => {
      try {
        await withDeadline(clock, readWithinMs, read());
        until = clock.now() + everyMs;
      } catch (error) {
        names.forEach((name) => metrics.clear(name));
        logger.warn('metrics of the database not read', { error });
      } finally {
        reading = undefined;
      }
    };
    metrics.beforeScrape(async () => {
      if (clock.now() >= until) await (reading ??= refresh());
    });
  };

  seldom(outboxesForMs, ['gangway_outbox_depth', 'gangway_outbox_age_seconds', 'gangway_hand_overs'], async () => {
    const now = clock.now();
    const found = await database.read(async ({ statistics }) => ({
      outboxes: await statistics.outboxes(now),
      handOvers: await statistics.handOvers(),
    }));
    for (const [outbox, { depth, oldestAt }] of Object.entries(found.outboxes)) {
      metrics.set('gangway_outbox_depth', { outbox }, depth);
      metrics.set('gangway_outbox_age_seconds', { outbox }, Math.max(0, (now - (oldestAt ?? now)) / 1000));
    }
    metrics.clear('gangway_hand_overs');
    for (const [state, count] of Object.entries({ pending: 0, refused: 0, ending: 0, ...found.handOvers })) {
      metrics.set('gangway_hand_overs', { state }, count);
    }
  });
  seldom(accountsForMs, ['gangway_linked_accounts'], async () => {
    const accounts = await database.read(({ statistics }) => statistics.linkedAccounts());
    metrics.clear('gangway_linked_accounts');
    for (const [holder, count] of Object.entries({ gangway: 0, ...accounts })) {
      metrics.set('gangway_linked_accounts', { holder }, count);
    }
  });
}
