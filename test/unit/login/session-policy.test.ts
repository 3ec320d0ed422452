import { beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { createSessionPolicySweep, type SessionPolicy } from '../../../src/login/session-policy.js';
import type { TelegramUserId } from '../../../src/telegram/shapes.js';
import { code, mxidOf, phone, useLoginFixture } from '../../support/login-fixture.js';
import { createRecordingLogger, type RecordingLogger } from '../../support/recording-logger.js';

const hours = 3_600_000;
const days = 24 * hours;
const users = ['@alice:example.org', '@bob:example.org', '@carol:example.org', '@dave:example.org'].map(mxidOf);
const [alice, bob] = users as [Mxid, Mxid, Mxid, Mxid];
const numbers = new Map(users.map((user, index) => [user, `+999662000${index}`]));
const idOf = (user: Mxid) => (numbers.get(user) ?? '').slice(1) as TelegramUserId;

const fixture = useLoginFixture();

let policy: SessionPolicy;
let removed: Set<Mxid>;
let logger: RecordingLogger;
let sweep: ReturnType<typeof createSessionPolicySweep>;

beforeEach(async () => {
  policy = { expireUnusedMs: undefined, removedUsers: { logOut: true, graceMs: 24 * hours, maxAtOnce: 2 } };
  removed = new Set();
  logger = createRecordingLogger();
  const { database, clock } = fixture;
  const mayLogIn = (mxid: Mxid) => !removed.has(mxid);
  sweep = createSessionPolicySweep({ database, policy: () => policy, mayLogIn, clock, logger });
  for (const user of users) {
    await fixture.login.submit(user, phone(numbers.get(user) ?? ''));
    await fixture.login.submit(user, code('22222'));
  }
});

/** Runs the sweeps, and then that of logins, which ends sessions at Telegram. */
async function runSweeps(): Promise<void> {
  await sweep.expireUnused();
  await sweep.logOutRemoved();
  await fixture.login.sweep();
}

/** Returns the users that are logged in at Telegram. */
const loggedIn = () => users.filter((user) => fixture.telegram.authorizations(idOf(user)) > 0);
const without = (...gone: readonly Mxid[]) => users.filter((user) => !gone.includes(user));
const messages = () => logger.lines.map(({ message }) => message);

describe('unused sessions', () => {
  it('are kept without a policy', async () => {
    await fixture.clock.advance(3650 * days);
    await runSweeps();
    expect(loggedIn()).toEqual(users);
  });

  it('are logged out at Telegram, and used ones are kept', async () => {
    policy = { ...policy, expireUnusedMs: 180 * days };
    await fixture.clock.advance(100 * days);
    await fixture.login.whoAmI(alice);
    await fixture.clock.advance(81 * days);
    await runSweeps();
    expect(loggedIn()).toEqual([alice]);
    expect(messages().filter((message) => message === 'unused telegram session expired')).toHaveLength(3);
    await expect(fixture.login.whoAmI(bob)).rejects.toMatchObject({ details: { kind: 'not_logged_in' } });
  });

  it('are not used by checks of Gangway itself', async () => {
    policy = { ...policy, expireUnusedMs: 180 * days };
    await fixture.clock.advance(100 * days);
    for (const user of users) {
      const [account] = await fixture.database.read((readers) => readers.telegramAccounts.listByOwner(user));
      await fixture.login.check(account?.id ?? '');
    }
    await fixture.clock.advance(81 * days);
    await runSweeps();
    expect(loggedIn()).toEqual([]);
  });

  it('are kept while another program has them, and count from their return', async () => {
    policy = { ...policy, expireUnusedMs: 180 * days };
    const [account] = await fixture.database.read((readers) => readers.telegramAccounts.listByOwner(alice));
    const { id = '', session = null } = account ?? {};
    const give = (from: 'gangway' | 'lease', to: 'gangway' | 'lease') =>
      fixture.database.transaction((tx) =>
        tx.telegramAccounts.setHolder(id, {
          from,
          to,
          session: to === 'gangway' ? session : null,
          at: fixture.clock.now(),
        }),
      );
    await give('gangway', 'lease');
    await fixture.clock.advance(200 * days);
    await sweep.expireUnused();
    await give('lease', 'gangway');
    await runSweeps();
    expect(loggedIn()).toEqual([alice]);
  });
});

describe('users without permission', () => {
  it('are logged out at Telegram after the grace period', async () => {
    removed.add(alice);
    await runSweeps();
    await fixture.clock.advance(24 * hours - 1);
    await runSweeps();
    expect(loggedIn()).toEqual(users);
    await fixture.clock.advance(1);
    await runSweeps();
    expect(loggedIn()).toEqual(without(alice));
    expect(messages()).toContain('removed user logged out');
  });

  it('stay logged in if they get the permission back, and the period begins again', async () => {
    removed.add(alice);
    await runSweeps();
    await fixture.clock.advance(23 * hours);
    removed.clear();
    await runSweeps();
    removed.add(alice);
    await runSweeps();
    await fixture.clock.advance(23 * hours);
    await runSweeps();
    expect(loggedIn()).toEqual(users);
  });

  it('have the rest of the period after a restart', async () => {
    removed.add(alice);
    await runSweeps();
    await fixture.restart();
    await fixture.clock.advance(24 * hours);
    await runSweeps();
    expect(loggedIn()).toEqual(without(alice));
  });

  it('are only counted in a warning if the policy is off', async () => {
    policy = { ...policy, removedUsers: { ...policy.removedUsers, logOut: false } };
    removed.add(alice);
    await runSweeps();
    await fixture.clock.advance(48 * hours);
    await runSweeps();
    expect(loggedIn()).toEqual(users);
    expect(logger.lines.map(({ message, fields }) => [message, fields])).toEqual([
      ['users without permission are logged in to telegram', { users: 1 }],
    ]);
  });

  it('are not logged out if they are more than the limit, until it is increased', async () => {
    for (const user of without(alice)) removed.add(user);
    await runSweeps();
    await fixture.clock.advance(24 * hours);
    await runSweeps();
    await runSweeps();
    expect(loggedIn()).toEqual(users);
    expect(messages().filter((message) => message === 'removed users not logged out')).toHaveLength(1);
    policy = { ...policy, removedUsers: { ...policy.removedUsers, maxAtOnce: 3 } };
    await runSweeps();
    expect(loggedIn()).toEqual([alice]);
  });

  it('are not logged out if no user with a login has permission', async () => {
    policy = { ...policy, removedUsers: { logOut: true, graceMs: 0, maxAtOnce: 1000 } };
    for (const user of users) removed.add(user);
    await runSweeps();
    await runSweeps();
    expect(loggedIn()).toEqual(users);
    expect(logger.lines.at(-1)?.fields).toMatchObject({ reason: 'all_users', users: 4 });
  });

  it('are found among more users than are read at once', async () => {
    const others = Array.from({ length: 1_500 }, (_, index) => mxidOf(`@other${index}:example.org`));
    await fixture.database.transaction(async (tx) => {
      for (const owner of others) {
        const texts = { session: new Secret('any'), profile: new Secret('{}') };
        const account = { id: owner, owner, telegramUserId: owner, ...texts, createdAt: 0, updatedAt: 0 };
        await tx.telegramAccounts.insert({ ...account, heldBy: 'gangway' });
      }
    });
    policy = { ...policy, removedUsers: { logOut: true, graceMs: 0, maxAtOnce: 1 } };
    const gone = others.toSorted().filter((_, index) => index === 3 || index === 1_300);
    for (const owner of gone) removed.add(owner);
    await sweep.logOutRemoved();
    expect(logger.lines.at(-1)?.fields).toMatchObject({ reason: 'too_many', users: 2 });
    policy = { ...policy, removedUsers: { ...policy.removedUsers, maxAtOnce: 2 } };
    await sweep.logOutRemoved();
    const loggedOut = logger.lines.filter(({ message }) => message === 'removed user logged out');
    expect(loggedOut.map(({ fields }) => fields)).toEqual(gone.map((owner) => ({ owner })));
  });

  /** Gives the session away, as a hand-over and an export do. */
  async function give(user: Mxid, to: 'bridge' | 'export'): Promise<void> {
    const [account] = await fixture.database.read((readers) => readers.telegramAccounts.listByOwner(user));
    const change = { from: 'gangway', to, session: null, at: fixture.clock.now() } as const;
    await fixture.database.transaction((tx) => tx.telegramAccounts.setHolder(account?.id ?? '', change));
  }

  it.each(['bridge', 'export'] as const)('do not count against the limit if the %s has their login', async (holder) => {
    for (const user of without(alice, bob)) await give(user, holder);
    policy = { ...policy, removedUsers: { logOut: true, graceMs: 0, maxAtOnce: 1 } };
    for (const user of without(alice)) removed.add(user);
    await runSweeps();
    await runSweeps();
    expect(loggedIn()).toEqual(without(bob));
    expect(logger.lines.map(({ message, fields }) => [message, fields])).toEqual([
      ['removed user logged out', { owner: bob }],
    ]);
  });

  it('stay logged in if they get the permission back while others are logged out', async () => {
    policy = { ...policy, removedUsers: { ...policy.removedUsers, graceMs: 0 } };
    removed.add(alice).add(bob);
    logger.info = () => removed.clear();
    await runSweeps();
    expect(loggedIn()).toEqual(without(alice));
  });

  it('stay logged in if the policy is switched off while others are logged out', async () => {
    policy = { ...policy, removedUsers: { ...policy.removedUsers, graceMs: 0 } };
    removed.add(alice).add(bob);
    logger.info = () => {
      policy = { ...policy, removedUsers: { ...policy.removedUsers, logOut: false } };
    };
    await runSweeps();
    expect(loggedIn()).toEqual(without(alice));
  });

  it('are left to the bridge if it has their login', async () => {
    await give(alice, 'bridge');
    policy = { ...policy, removedUsers: { ...policy.removedUsers, graceMs: 0 } };
    removed.add(alice).add(bob);
    await runSweeps();
    await runSweeps();
    expect(loggedIn()).toEqual(without(bob));
  });
});
