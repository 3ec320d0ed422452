import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/base/audit.js';
import { createRejectedCredentials, type SecretApi } from '../../../src/observability/rejected-credentials.js';
import { createFakeClock } from '../../support/fake-clock.js';

const here = '198.51.100.1';
const minuteMs = 60_000;

function start() {
  const fake = createFakeClock(0);
  let aheadMs = 0;
  const clock = { ...fake, now: () => fake.now() + aheadMs };
  const entries: (AuditEntry & { readonly at: number })[] = [];
  const audit = { record: (entry: AuditEntry) => void entries.push({ ...entry, at: clock.now() }) };
  const rejected = createRejectedCredentials(audit, clock);
  const seen = () =>
    entries.map(({ at, details }) => [at, details?.['api'], details?.['client_network'], details?.['attempts']]);
  const setClock = (ms: number) => {
    aheadMs += ms;
  };
  return { clock, entries, rejected, seen, setClock };
}

describe('rejected credentials', () => {
  it('are recorded at once, and then counted for a minute', async () => {
    const { clock, rejected, seen } = start();
    await clock.advance(30_000);
    for (let n = 0; n < 5; n += 1) rejected.record('admin', here);
    expect(seen()).toEqual([[30_000, 'admin', here, 1]]);
    await clock.advance(2 * minuteMs);
    expect(seen()).toEqual([
      [30_000, 'admin', here, 1],
      [2 * minuteMs, 'admin', here, 4],
    ]);
    await clock.advance(2 * minuteMs);
    rejected.record('admin', here);
    expect(seen().slice(2)).toEqual([[clock.now(), 'admin', here, 1]]);
  });

  it('are recorded in time although the clock is set back', async () => {
    const { clock, rejected, seen, setClock } = start();
    for (let n = 0; n < 3; n += 1) rejected.record('admin', here);
    setClock(-60 * minuteMs);
    await clock.advance(minuteMs);
    expect(seen().map(([, , , attempts]) => attempts)).toEqual([1, 2]);
  });

  it('are counted by network and by API', () => {
    const { rejected, seen } = start();
    rejected.record('admin', here);
    rejected.record('provisioning', here);
    rejected.record('admin', '2001:db8::/64');
    expect(seen()).toEqual([
      [0, 'admin', here, 1],
      [0, 'provisioning', here, 1],
      [0, 'admin', '2001:db8::/64', 1],
    ]);
  });

  it('are recorded when the daemon stops', async () => {
    const { rejected, seen } = start();
    rejected.record('sessions', here);
    rejected.record('sessions', here);
    await rejected.close();
    expect(seen()).toEqual([
      [0, 'sessions', here, 1],
      [0, 'sessions', here, 1],
    ]);
  });

  it('of more than 100 networks at a time are counted together', async () => {
    const { clock, entries, rejected, seen } = start();
    for (let network = 0; network < 1000; network += 1) rejected.record('admin', String(network));
    expect(entries).toHaveLength(101);
    await clock.advance(minuteMs);
    expect(seen().slice(100)).toEqual([
      [0, 'admin', undefined, 1],
      [minuteMs, 'admin', undefined, 899],
    ]);
  });

  it('are all counted, with one entry a minute for each network and API', async () => {
    const attempts = fc.array(
      fc.record({
        api: fc.constantFrom<SecretApi>('admin', 'provisioning', 'sessions', 'links'),
        network: fc.nat(300).map(String),
        afterMs: fc.constantFrom(0, 0, 0, 1_000, 20_000),
      }),
      { maxLength: 400, size: 'max' },
    );
    await fc.assert(
      fc.asyncProperty(attempts, async (sent) => {
        const { clock, entries, rejected } = start();
        for (const { api, network, afterMs } of sent) {
          await clock.advance(afterMs);
          rejected.record(api, network);
        }
        await clock.advance(2 * minuteMs);
        expect(entries.reduce((sum, { details }) => sum + Number(details?.['attempts']), 0)).toBe(sent.length);
        for (const { at, details } of entries) {
          const within = entries.filter((other) => other.at >= at && other.at < at + minuteMs);
          const same = within.filter(
            (other) =>
              other.details?.['client_network'] === details?.['client_network'] &&
              other.details?.['api'] === details?.['api'],
          );
          expect(same).toHaveLength(1);
        }
      }),
      { numRuns: 20 },
    );
  });
});
