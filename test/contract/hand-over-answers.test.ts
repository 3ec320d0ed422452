import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import type { TelegramGateway } from '../../src/telegram/gateway.js';
import { bridgeAt } from '../support/bridge-calls.js';
import { openTestDatabase } from '../support/database.js';
import { createFakeClock, type FakeClock } from '../support/fake-clock.js';
import { createTestGateway, useGramjsOnSandbox } from '../support/engine-on-sandbox.js';
import { listOpenHandOvers, startHandOverDaemon, type HandOverDaemon } from '../support/hand-over-world.js';
import { code, mxidOf, phone, token } from '../support/login-fixture.js';
import { codeOf, tokenOf } from '../support/magic-logins.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';

const alice = mxidOf('@alice:example.test');
const digits = '9996620110';
const id = '700020110';
const words = 'The bridge does not let this Matrix user log in.';
const days = 86_400_000;

const gramjs = useGramjsOnSandbox();
let gateway: TelegramGateway;
beforeAll(() => {
  gateway = createTestGateway(gramjs.sandbox);
});
afterAll(() => gateway.close());

let clock: FakeClock;
let database: Database;
let standIn: StandInBridge;
let daemon: HandOverDaemon;
/**
 * Returns whether the bridge lets Alice log in, by a request that is already in `standIn.requests`.
 */
let isPermitted: () => boolean;

beforeEach(async () => {
  clock = createFakeClock();
  isPermitted = () => true;
  standIn = await startStandInBridge({ sandbox: gramjs.sandbox, allows: () => isPermitted() });
  database = await openTestDatabase({ clock });
  daemon = startHandOverDaemon({ gateway, database, bridge: bridgeAt(standIn), clock });
});
afterEach(async () => {
  await daemon.stop();
  await standIn.stop();
  await database.close();
});

async function logIn(): Promise<void> {
  await daemon.login.submit(alice, phone(`+${digits}`));
  await daemon.login.submit(alice, code(codeOf(digits).reveal()));
}

const due = () => database.transaction(listOpenHandOvers);
const accounts = () => database.transaction((tx) => tx.telegramAccounts.listByOwner(alice));
const status = () => daemon.handOvers.findStatus(alice, id, 0);

/** Makes one attempt for each hand-over now. */
async function attempt(): Promise<void> {
  for (const handOver of await due()) await daemon.handOvers.settle(handOver.id, 60_000);
}
const loseTheAnswer = () => {
  standIn.fail('step', { kind: 'lose_answer' });
  isPermitted = () =>
    standIn.requests.filter(({ point }) => point === 'step').length === 0 || standIn.logins.size === 0;
};

describe('a user who loses the permission at the bridge', () => {
  it('before the bridge reads the session is refused, and the session stays here', async () => {
    isPermitted = () => !standIn.requests.some(({ point }) => point === 'step');
    await logIn();
    await attempt();
    expect(await status()).toEqual({ state: 'refused', reason: words });
    expect(await accounts()).toMatchObject([{ heldBy: 'gangway', session: expect.anything() as unknown }]);
    expect(await due()).toEqual([]);
    expect(await daemon.login.whoAmI(alice)).toMatchObject({ id });
    expect(standIn.logins.size).toBe(0);
  });

  it('while the answer of the bridge is unknown keeps the session closed until the bridge can be queried', async () => {
    loseTheAnswer();
    await logIn();
    for (let time = 0; time < 3; time += 1) await attempt();
    expect(await status()).toEqual({ state: 'pending', reason: words });
    expect(await accounts()).toMatchObject([{ heldBy: 'hand_over', session: null }]);
    isPermitted = () => true;
    await attempt();
    expect(await status()).toEqual({ state: 'handed_over' });
  });

  it('after the hand-over does not count as logged out', async () => {
    await logIn();
    await attempt();
    await clock.advance(1_000);
    isPermitted = () => false;
    await expect(daemon.login.whoAmI(alice)).rejects.toMatchObject({ details: { kind: 'bridge_unreachable' } });
    expect(await accounts()).toMatchObject([{ heldBy: 'bridge' }]);
    isPermitted = () => true;
    expect(await daemon.login.whoAmI(alice)).toMatchObject({ id });
  });

  it('and logs in again while an earlier login cannot be ended is refused', async () => {
    await logIn();
    await attempt();
    await clock.advance(1_000);
    isPermitted = () => false;
    await daemon.login.logOut(alice, 'all');
    await attempt();
    await logIn();
    await attempt();
    expect(await status()).toEqual({ state: 'refused', reason: words });
    expect(await accounts()).toMatchObject([{ heldBy: 'gangway', session: expect.anything() as unknown }]);
  });
});

describe('a login that the bridge is to end', () => {
  const ends = {
    'the bridge has': async () => {
      await logIn();
      await attempt();
    },
    'the bridge may have': async () => {
      loseTheAnswer();
      await logIn();
      await attempt();
    },
  };

  it.each(Object.entries(ends))('and that %s is kept until the bridge answers, for any time', async (_, begin) => {
    await begin();
    await standIn.goDown();
    await clock.advance(1_000);
    await daemon.login.logOut(alice, 'all');
    for (let day = 0; day < 14; day += 1) {
      await clock.advance(days);
      await attempt();
    }
    expect(await due()).toMatchObject([{ state: 'ending', reason: 'The bridge cannot be reached.' }]);
    // About once an hour: the pause varies by a quarter.
    const [ending] = await due();
    expect((ending?.dueAt ?? 0) - clock.now()).toBeGreaterThan(40 * 60_000);
    isPermitted = () => true;
    await standIn.comeUp();
    await attempt();
    expect(await due()).toEqual([]);
    expect(standIn.logins.size).toBe(0);
    expect(gramjs.sandbox.control.sessions()).toEqual([]);
  });
});

it('links a bot that logged in at the bridge as a bot', async () => {
  await daemon.login.submit(alice, token(tokenOf('2000020110').reveal()));
  await attempt();
  const [account] = await accounts();
  // As if the bridge had got it without Gangway.
  await database.transaction((tx) => tx.telegramAccounts.delete(account?.id ?? ''));
  expect(await daemon.login.whoAmI(alice)).toMatchObject({ id: '2000020110', isBot: true });
});

it('keeps the session if the bridge confirms another login', async () => {
  const complete = { type: 'complete', complete: { user_login_id: '700020999' } };
  standIn.fail('step', { kind: 'answer', status: 200, text: JSON.stringify(complete) });
  await logIn();
  await attempt();
  expect(await accounts()).toMatchObject([{ heldBy: 'hand_over' }]);
  await attempt();
  await attempt();
  expect(await status()).toEqual({ state: 'handed_over' });
  expect(standIn.logins.get(id)?.mxid).toBe(alice);
});

it('waits as long as Telegram requires of the bridge', async () => {
  const answer = { errcode: 'M_UNKNOWN', error: 'x', 'fi.mau.internal_error': 'rpc error code 420: FLOOD_WAIT (300)' };
  standIn.fail('step', { kind: 'answer', status: 500, text: JSON.stringify(answer) });
  await logIn();
  await attempt();
  const [handOver] = await due();
  expect((handOver?.dueAt ?? 0) - clock.now()).toBeGreaterThan(290_000);
});
