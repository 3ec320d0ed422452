import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { ownedLogins } from '../../src/login/owned-logins.js';
import type { TelegramGateway } from '../../src/telegram/gateway.js';
import { bridgeAt } from '../support/bridge-calls.js';
import { openTestDatabase } from '../support/database.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { createFakeClock, type FakeClock } from '../support/fake-clock.js';
import { createTestGateway, useGramjsOnSandbox } from '../support/engine-on-sandbox.js';
import { startHandOverDaemon, type HandOverDaemon } from '../support/hand-over-world.js';
import { code, mxidOf, phone } from '../support/login-fixture.js';
import { codeOf } from '../support/magic-logins.js';
import { createSlowFault } from '../support/stand-in-bridge/faults.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { until } from '../support/until.js';

const alice = mxidOf('@alice:example.test');
const digits = '9996620111';

// SQLite has one transaction at a time.
describe.skipIf(postgresMissing)('a hand-over on PostgreSQL', () => {
  const gramjs = useGramjsOnSandbox();
  let gateway: TelegramGateway;
  beforeAll(() => {
    gateway = createTestGateway(gramjs.sandbox);
  });
  afterAll(() => gateway.close());

  let clock: FakeClock;
  let database: Database;
  let testDatabase: TestDatabase;
  let standIn: StandInBridge;
  let daemon: HandOverDaemon;
  beforeEach(async () => {
    clock = createFakeClock();
    testDatabase = await createMigratedPostgres();
    database = await openTestDatabase({ clock, uri: testDatabase.uri });
    standIn = await startStandInBridge({ sandbox: gramjs.sandbox });
    daemon = startHandOverDaemon({ gateway, database, bridge: bridgeAt(standIn), clock });
  });
  afterEach(async () => {
    await daemon.stop();
    await standIn.stop();
    await database.close();
    await testDatabase.remove();
  });

  const isWaitingForLock = async () => {
    const waiting = await testDatabase.execute(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length > 0;
  };
  const ending = () => database.transaction((tx) => tx.handOvers.listEnding());

  it('that the bridge confirms while the user is deactivated is ended at the bridge', async () => {
    const slow = createSlowFault();
    await daemon.login.submit(alice, phone(`+${digits}`));
    standIn.fail('step', slow.fault);
    await daemon.login.submit(alice, code(codeOf(digits).reveal()));
    await until(() => standIn.requests.some(({ point }) => point === 'step'));
    let commit: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let isDone = false;
    const deactivating = database.transaction(async (tx) => {
      await ownedLogins.hold(tx, alice);
      await ownedLogins.end(tx, alice, clock.now());
      isDone = true;
      await gate;
    });
    await until(() => isDone);
    slow.release();
    await until(isWaitingForLock);
    commit();
    await deactivating;
    await until(async () => {
      await clock.advance(10_000);
      return (await ending()).length === 0;
    });
    expect(standIn.logins.size).toBe(0);
    expect(gramjs.sandbox.control.sessions()).toEqual([]);
  });
});
