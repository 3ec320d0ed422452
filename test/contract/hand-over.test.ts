import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { ownedLogins } from '../../src/login/owned-logins.js';
import { readState } from '../../src/login/login-codec.js';
import type { TelegramGateway } from '../../src/telegram/gateway.js';
import type { TelegramUserId } from '../../src/telegram/shapes.js';
import { bridgeAt } from '../support/bridge-calls.js';
import { openTestDatabase } from '../support/database.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { createFakeClock, type FakeClock } from '../support/fake-clock.js';
import { createTestGateway, useGramjsOnSandbox } from '../support/engine-on-sandbox.js';
import { keyOf, listOpenHandOvers, startHandOverDaemon, type HandOverDaemon } from '../support/hand-over-world.js';
import { keyIdOf } from '../support/key-id.js';
import { code, mxidOf, phone, token } from '../support/login-fixture.js';
import { codeOf, tokenOf } from '../support/magic-logins.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';

const alice = mxidOf('@alice:example.test');
const digits = '9996620100';

const gramjs = useGramjsOnSandbox();
let gateway: TelegramGateway;
beforeAll(() => {
  gateway = createTestGateway(gramjs.sandbox);
});
afterAll(() => gateway.close());

let clock: FakeClock;
let database: Database;
let testDatabase: TestDatabase | undefined;
let standIn: StandInBridge;
let daemons: HandOverDaemon[];

beforeEach(async () => {
  clock = createFakeClock();
  standIn = await startStandInBridge({ sandbox: gramjs.sandbox });
  daemons = [];
});
afterEach(async () => {
  for (const daemon of daemons) await daemon.stop();
  await standIn.stop();
  await database.close();
  await testDatabase?.remove();
  testDatabase = undefined;
});

const databases = [
  { name: 'SQLite', skip: false, open: () => openTestDatabase({ clock }) },
  {
    name: 'PostgreSQL',
    skip: postgresMissing !== undefined,
    async open() {
      testDatabase = await createMigratedPostgres();
      return openTestDatabase({ clock, uri: testDatabase.uri });
    },
  },
];

function start(killedAt?: number, isAutomatic = true): HandOverDaemon {
  const bridge = bridgeAt(standIn);
  const daemon = startHandOverDaemon({ gateway, database, bridge, clock, isAutomatic }, killedAt);
  daemons.push(daemon);
  return daemon;
}

const logins = {
  phone: async ({ login }: HandOverDaemon) => {
    await login.submit(alice, phone(`+${digits}`));
    return login.submit(alice, code(codeOf(digits).reveal()));
  },
  bot: ({ login }: HandOverDaemon) => login.submit(alice, token(tokenOf('2000020100').reveal())),
};

/** Advances the time until no request waits for the bridge. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 400; turn += 1) {
    const open = await database.transaction((tx) => tx.handOvers.listOpen(1));
    if (open.length === 0) return;
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the hand-over does not end');
}

/** Returns the location of each key that is logged in at Telegram. */
async function owners(): Promise<{ readonly key: string; readonly owners: readonly string[] }[]> {
  const stored = await database.transaction(async (tx) => {
    const accounts = await tx.telegramAccounts.list();
    const pending = await listOpenHandOvers(tx);
    const processes = await tx.loginProcesses.listByOwner(alice, 0);
    const here = (name: string, session: Parameters<typeof keyOf>[0] | null) =>
      session === null ? [] : [{ name, key: keyOf(session) }];
    return [
      ...accounts.flatMap(({ session }) => here('account', session)),
      ...pending.flatMap(({ session }) => here('hand-over', session)),
      ...processes.flatMap(({ state }) => {
        const read = readState(state);
        return here('login', 'session' in read ? read.session : null);
      }),
    ];
  });
  const bridged = [...standIn.logins.values()].map(({ telegram }) => ({
    name: 'bridge',
    key: keyIdOf(telegram.authKey),
  }));
  return gramjs.sandbox.control.sessions().map(({ key }) => ({
    key,
    owners: [...stored, ...bridged].filter((owner) => owner.key === key).map(({ name }) => name),
  }));
}

/** Repeats the user's step after a restart until the login is complete. */
async function repeat(logIn: (daemon: HandOverDaemon) => Promise<unknown>, daemon: HandOverDaemon): Promise<void> {
  await logIn(daemon).catch((error: unknown) =>
    expect(error).toMatchObject({ details: { kind: 'already_logged_in' } }),
  );
}

async function expectHandedOver(mxid = alice): Promise<void> {
  expect([...standIn.logins.values()].map((login) => login.mxid)).toEqual([mxid]);
  expect(await owners()).toEqual([{ key: expect.any(String) as string, owners: ['bridge'] }]);
  const accounts = await database.transaction((tx) => tx.telegramAccounts.list());
  expect(accounts.map(({ owner, heldBy, session }) => [owner, heldBy, session])).toEqual([[mxid, 'bridge', null]]);
}

async function expectNothingLeft(): Promise<void> {
  expect(await owners()).toEqual([]);
  expect([...standIn.logins]).toEqual([]);
  expect(await database.transaction((tx) => tx.telegramAccounts.list())).toEqual([]);
}

const loseAnswers = () => {
  for (const point of ['whoami', 'start', 'step'] as const) standIn.fail(point, { kind: 'lose_answer' });
};
const bridgeTroubles = { none: () => undefined, 'lost answers': loseAnswers } as const;
const points = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe.each(databases)('a hand-over on $name', ({ name, skip, open }) => {
  beforeEach(async () => {
    database = await open();
  });

  describe.skipIf(skip)('of a complete login', () => {
    it.each(Object.entries(logins))('moves the session of a login by %s, and stores none', async (_, logIn) => {
      expect(await logIn(start())).toMatchObject({ kind: 'complete' });
      await settle();
      await expectHandedOver();
    });

    it('of a bot stays a bot’s, without contacts', async () => {
      const daemon = start();
      await logins.bot(daemon);
      await settle();
      const { login } = daemon;
      expect(await login.whoAmI(alice)).toMatchObject({ id: '2000020100', isBot: true });
      expect(await login.contacts(alice)).toEqual([]);
      expect(await login.searchUsers(alice, 'sandbox')).toEqual([]);
    });

    it.each([
      ['420: FLOOD_WAIT (40)', { kind: 'flood_wait', retryAfterMs: 40_000 }],
      ['401: SESSION_REVOKED', { kind: 'not_logged_in' }],
      ['400: CHAT_INVALID', { kind: 'bridge_refused', message: 'rpc error code 400: CHAT_INVALID' }],
    ])('returns Telegram’s answer to the bridge: %s', async (error, details) => {
      const daemon = start();
      await logins.phone(daemon);
      await settle();
      const reason = { errcode: 'M_UNKNOWN', error: 'x', 'fi.mau.internal_error': `rpc error code ${error}` };
      standIn.fail('contacts', { kind: 'answer', status: 500, text: JSON.stringify(reason) });
      await expect(daemon.login.contacts(alice)).rejects.toMatchObject({ details });
    });

    const rows = [
      // Before these, the login is not complete yet.
      ...points(17, 29).map((at) => ({ at, trouble: 'none' as const })),
      ...(name === 'SQLite' ? points(18, 40).map((at) => ({ at, trouble: 'lost answers' as const })) : []),
    ];
    it.each(rows)('arrives once, killed at event $at, bridge fault: $trouble', async ({ at, trouble }) => {
      bridgeTroubles[trouble]();
      const killed = start(at);
      void logins.phone(killed).catch(() => undefined);
      const dead = new AbortController();
      void killed.dead.then(() => dead.abort());
      for (let turn = 0; turn < 400 && !dead.signal.aborted; turn += 1) {
        await clock.advance(1_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await killed.stop();
      // This daemon opens no session that waits for the bridge's answer, so the bridge may have it
      // already.
      for (const { owners: found } of await owners()) {
        expect(found).not.toEqual([]);
        expect(found.filter((owner) => owner !== 'hand-over').length).toBeLessThanOrEqual(1);
      }
      const next = start();
      await repeat(logins.phone, next);
      await settle();
      await expectHandedOver();
    });
  });
});

describe('a bridge that fails', () => {
  beforeEach(async () => {
    database = await openTestDatabase({ clock });
  });

  const faults = [
    { kind: 'drop' },
    { kind: 'lose_answer' },
    { kind: 'internal_error', reason: 'failed to get self: context deadline exceeded' },
    { kind: 'answer', status: 502, text: '<html>Bad Gateway</html>' },
    { kind: 'answer', status: 500, text: '<html>' },
    { kind: 'answer', status: 200, text: '{"half' },
    { kind: 'answer', status: 404, text: '{"errcode":"M_NOT_FOUND","error":"Login not found"}' },
    { kind: 'answer', status: 401, text: '{"errcode":"M_UNKNOWN_TOKEN","error":"Invalid auth token"}' },
  ] as const;
  const rows = (['whoami', 'start', 'step'] as const).flatMap((point) =>
    faults.flatMap((fault) => [1, 3].map((times) => ({ point, fault, times }))),
  );

  it.each(rows)('at $point with $fault, $times times: the login arrives once', async ({ point, fault, times }) => {
    const daemon = start();
    await daemon.login.submit(alice, phone(`+${digits}`));
    for (let time = 0; time < times; time += 1) standIn.fail(point, fault);
    await logins.phone(daemon);
    await settle();
    await expectHandedOver();
  });

  it('and refuses permanently leaves the session here, with its message', async () => {
    const daemon = start();
    const text = '{"errcode":"FI.MAU.BRIDGE.TOO_MANY_LOGINS","error":"Maximum number of logins exceeded (1)"}';
    standIn.fail('start', { kind: 'answer', status: 403, text });
    await logins.phone(daemon);
    await settle();
    const status = await daemon.handOvers.findStatus(alice, digits, 0);
    expect(await owners()).toEqual([{ key: expect.any(String) as string, owners: ['account'] }]);
    const [account] = await database.transaction((tx) => tx.telegramAccounts.listByOwner(alice));
    expect(await daemon.handOvers.findStatus(alice, account?.telegramUserId ?? '', 0)).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('Maximum number of logins exceeded') as string,
    });
    expect(status).toBeUndefined();
    expect(await daemon.login.whoAmI(alice)).toMatchObject({ phone: expect.anything() as unknown });
    expect(await daemon.handOvers.request(alice, account?.telegramUserId ?? '')).toBe(true);
    await settle();
    await expectHandedOver();
  });

  it.each(['down', 'restart'] as const)('by a %s is queried again until it has the login', async (how) => {
    const daemon = start();
    await daemon.login.submit(alice, phone(`+${digits}`));
    if (how === 'down') await standIn.goDown();
    await logins.phone(daemon);
    await clock.advance(30_000);
    expect((await owners()).map((found) => found.owners)).toEqual([['hand-over']]);
    expect(await daemon.login.whoAmI(alice)).toMatchObject({ username: expect.any(String) as string });
    await (how === 'down' ? standIn.comeUp() : standIn.restart());
    await settle();
    await expectHandedOver();
  });
});

describe('an account that ends', () => {
  beforeEach(async () => {
    database = await openTestDatabase({ clock });
  });

  const ends = {
    logout: async ({ login }: HandOverDaemon) => {
      await login.logOut(alice, 'all');
    },
    deactivation: () => database.transaction((tx) => ownedLogins.end(tx, alice, clock.now())),
  };

  async function expectEnded(daemon: HandOverDaemon): Promise<void> {
    await settle();
    await daemon.login.sweep();
    await expectNothingLeft();
  }

  it.each(Object.entries(ends))('by %s after the hand-over is logged out at the bridge', async (_, end) => {
    const daemon = start();
    await logins.phone(daemon);
    await settle();
    await end(daemon);
    await expectEnded(daemon);
  });

  it.each(Object.entries(ends))('by %s while the bridge is down is ended here', async (_, end) => {
    const daemon = start();
    await daemon.login.submit(alice, phone(`+${digits}`));
    await standIn.goDown();
    await logins.phone(daemon);
    const ending = end(daemon);
    await clock.advance(15_000);
    await ending;
    await standIn.comeUp();
    await expectEnded(daemon);
  });

  it.each(Object.entries(ends))(
    'by %s while the answer of the bridge is unknown ends the session that exists',
    async (_, end) => {
      const daemon = start();
      await daemon.login.submit(alice, phone(`+${digits}`));
      standIn.fail('step', { kind: 'lose_answer' });
      for (const _again of [1, 2, 3, 4]) standIn.fail('whoami', { kind: 'answer', status: 502, text: '' });
      await logins.phone(daemon);
      const ending = end(daemon);
      await clock.advance(15_000);
      await ending;
      await expectEnded(daemon);
    },
  );
});

describe('one owner per Telegram account', () => {
  const bob = mxidOf('@bob:example.test');
  beforeEach(async () => {
    database = await openTestDatabase({ clock });
  });

  it('includes logins that were made at the bridge, once they were listed', async () => {
    const daemon = start();
    await logins.phone(daemon);
    await settle();
    await clock.advance(1_000);
    // As after `!tg login` of the other user.
    const [[id, login] = []] = [...standIn.logins];
    Object.assign(login ?? {}, { mxid: bob });
    expect(await daemon.login.whoAmI(bob)).toMatchObject({ id });
    await expect(daemon.login.whoAmI(alice)).rejects.toMatchObject({ details: { kind: 'not_logged_in' } });
    await clock.advance(1_000);
    await expect(logins.phone(daemon)).rejects.toMatchObject({ details: { kind: 'telegram_account_taken' } });
    await expectHandedOver(bob);
  });

  it('replaces the login at the bridge if its owner logs in again', async () => {
    const daemon = start();
    await logins.phone(daemon);
    await settle();
    const [id = ''] = standIn.logins.keys();
    const { loginId } = await daemon.login.start(alice, { flow: 'phone', replacing: id as TelegramUserId });
    await daemon.login.answer(alice, loginId, phone(`+${digits}`), 'phone');
    await daemon.login.answer(alice, loginId, code(codeOf(digits).reveal()), 'code');
    await settle();
    await expectHandedOver();
  });
});
