import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/observability/metrics.js';

const definitions = {
  seen_total: { type: 'counter', help: 'Seen.', labels: { route: 'routes', kind: ['a', 'b', 'other'] } },
  took_seconds: { type: 'histogram', help: 'Took.', labels: { kind: ['a', 'other'] }, buckets: [1, 2] },
  waiting: { type: 'gauge', help: 'Waits.', labels: {} },
} as const;

const linesOf = (text: string, name: string) => text.split('\n').filter((line) => line.startsWith(name));

describe('metrics', () => {
  it('count values that are not declared as other, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (route, kind) => {
        const metrics = createMetrics(definitions);
        metrics.allowRoutes(['/known']);
        metrics.add('seen_total', { route, kind });
        const { text } = await metrics.render();
        const shownRoute = route === '/known' ? route : 'other';
        const shownKind = ['a', 'b'].includes(kind) ? kind : 'other';
        expect(linesOf(text, 'seen_total')).toEqual([`seen_total{route="${shownRoute}",kind="${shownKind}"} 1`]);
      }),
      { numRuns: 50 },
    );
  });

  it('allow routes that are declared later', async () => {
    const metrics = createMetrics(definitions);
    metrics.add('seen_total', { route: '/later', kind: 'a' });
    metrics.allowRoutes(['/later']);
    metrics.add('seen_total', { route: '/later', kind: 'a' }, 2);
    const { text } = await metrics.render();
    expect(linesOf(text, 'seen_total')).toEqual([
      'seen_total{route="other",kind="a"} 1',
      'seen_total{route="/later",kind="a"} 2',
    ]);
  });

  it('run the work before each scrape, and forget what is cleared', async () => {
    const metrics = createMetrics(definitions);
    let depth = 3;
    metrics.beforeScrape(async () => metrics.set('waiting', {}, depth));
    expect(linesOf((await metrics.render()).text, 'waiting')).toEqual(['waiting 3']);
    depth = 1;
    expect(linesOf((await metrics.render()).text, 'waiting')).toEqual(['waiting 1']);
  });

  it('belong to one daemon: two have counts of their own', async () => {
    const [one, other] = [createMetrics(definitions), createMetrics(definitions)];
    one.observe('took_seconds', { kind: 'a' }, 1.5);
    expect(linesOf((await one.render()).text, 'took_seconds_count')).toEqual(['took_seconds_count{kind="a"} 1']);
    expect(linesOf((await other.render()).text, 'took_seconds_count')).toEqual([]);
  });
});
