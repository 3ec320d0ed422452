import { expect, it } from 'vitest';
import { createRegistration } from '../../../../src/database/daemons/registration.js';
import { systemRandom } from '../../../../src/base/random.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { silentLogger } from '../../../support/silent-logger.js';

it('renews the lease while the eviction of a lost daemon takes long', async () => {
  const clock = createFakeClock();
  let renewals = 0;
  let endEviction: () => void = () => undefined;
  const answers = (sql: string): object[] => {
    if (sql.startsWith('UPDATE')) {
      renewals += 1;
      return [{ leader: null }];
    }
    return sql.startsWith('SELECT') ? [{ id: 'lost', name: 'gangway lost' }] : [];
  };
  const registration = createRegistration({
    locks: {
      query: <Row extends object>(sql: string) => Promise.resolve(answers(sql) as Row[]),
      suspend: () => Promise.resolve(),
      resume: () => undefined,
    },
    connectionName: 'gangway test',
    evict: () => new Promise((resolve) => (endEviction = resolve)),
    clock,
    random: systemRandom,
    logger: silentLogger,
  });
  registration.start().catch(() => undefined);
  await clock.advance(5_000);
  expect(renewals).toBeGreaterThan(3);
  endEviction();
  await registration.stop();
});
