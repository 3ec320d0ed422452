import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TelegramProofFailure, type FromTelegram } from '../../src/accounts/threepids/telegram-proofs.js';
import type { AccountThreepids } from '../../src/accounts/account-threepids.js';
import { AccountFailure } from '../../src/accounts/failure.js';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { AccountPublisher } from '../../src/identity/associations.js';
import type { TelegramUser } from '../../src/telegram/shapes.js';
import { openTestDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/test-database.js';
import { openIdentityService, type IdentityUnderTest } from '../support/identity-service.js';
import { numberOf, openTelegramProofs, type ProofChanges, type ProofsUnderTest } from '../support/telegram-proofs.js';
import { until } from '../support/until.js';
import { lookupCaller } from '../support/identity-limits.js';

const number = '9996620234';
const otherNumber = '9996620235';
const botToken = '2000020234:SandboxBotTokenThatEveryoneMayKnow1';

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'nothing went wrong',
    (thrown: unknown) => thrown,
  );
  return error instanceof TelegramProofFailure ? error.details.kind : String(error);
}

/** What is promised of phone numbers that Telegram logins validate, on every database. */
export function describeTelegramProofs(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let alice: Mxid;
  let bob: Mxid;

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  async function open(changes: ProofChanges = {}): Promise<ProofsUnderTest> {
    const under = await openTelegramProofs(database, changes);
    alice = (await under.embedded.addUser('alice')).mxid;
    bob = (await under.embedded.addUser('bob')).mxid;
    return under;
  }

  const recordsOf = (mxid: Mxid) => database.transaction((tx) => tx.accountAddresses.listByUser(mxid));
  const ownerOf = async (address: string) =>
    (await database.transaction((tx) => tx.accountAddresses.find({ medium: 'msisdn', address })))?.mxid;

  describe('mode on', () => {
    it('adds the number with the login, and removes it at the end of the login', async () => {
      const { proofs, login, telegram, embedded, logIn, numbersOf } = await open({ mode: 'on' });
      const user = await logIn(alice, `+${number}`);
      const [added, ...more] = await database.transaction((tx) => tx.accountAddresses.listByUser(alice));
      const now = embedded.clock.now();
      expect(added).toMatchObject({ medium: 'msisdn', address: number, validatedAt: now, addedAt: now });
      expect(more).toEqual([]);
      expect(await proofs.getStatus(alice, user)).toBe('added');

      telegram.endSessions('revoked', user.id);
      await expect(login.whoAmI(alice)).rejects.toMatchObject({ details: { kind: 'not_logged_in' } });
      expect(await numbersOf(alice)).toEqual([]);
      await logIn(bob, `+${number}`);
      expect(await numbersOf(bob)).toEqual([number]);
    });

    it('sends events when a number is added and removed', async () => {
      const { login, telegram, logIn } = await open({ mode: 'on' });
      const user = await logIn(alice, `+${number}`);
      telegram.endSessions('revoked', user.id);
      await expect(login.whoAmI(alice)).rejects.toMatchObject({ details: { kind: 'not_logged_in' } });
      const stored = await database.transaction((tx) => tx.events.listNew(99));
      const events = stored.map(({ body }) => JSON.parse(body) as { type: string; data: object });
      const about = { user_id: alice, telegram_user_id: user.id, phone: `+${number}` };
      expect(events.filter(({ type }) => type.startsWith('phone.')).map(({ type, data }) => ({ type, data }))).toEqual(
        expect.arrayContaining([
          { type: 'phone.added', data: about },
          { type: 'phone.removed', data: about },
        ]),
      );
    });

    it('leaves a number to the account that has it, and reports that', async () => {
      const { proofs, embedded, logger, logIn, numbersOf } = await open({ mode: 'on' });
      await embedded.addAddress(bob, { medium: 'msisdn', address: number });
      const user = await logIn(alice, `+${number}`);
      expect([await numbersOf(alice), await numbersOf(bob)]).toEqual([[], [number]]);
      expect(await proofs.getStatus(alice, user)).toBe('in_use');
      const said = logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
      expect(said).toEqual(['phone number of a Telegram login owned by another account']);
      expect(JSON.stringify(logger.lines)).not.toContain(number);
    });

    it('follows a change of the number at Telegram', async () => {
      const { login, telegram, logIn, numbersOf } = await open({ mode: 'on' });
      const { id } = await logIn(alice, `+${number}`);
      telegram.renumber(id, numberOf(otherNumber));
      await login.whoAmI(alice);
      expect(await numbersOf(alice)).toEqual([otherNumber]);
      telegram.renumber(id, null);
      await login.whoAmI(alice);
      expect(await numbersOf(alice)).toEqual([]);
    });

    it('does not add a number again that the user has removed', async () => {
      const { proofs, login, telegram, logIn, numbersOf } = await open({ mode: 'on' });
      const user = await logIn(alice, `+${number}`);
      await database.transaction((tx) => tx.accountAddresses.deleteByUser(alice));
      telegram.renumber(user.id, numberOf(otherNumber));
      const changed = await login.whoAmI(alice);
      expect(await numbersOf(alice)).toEqual([]);
      expect(await proofs.getStatus(alice, changed)).toBe('offered');
    });

    it('adds nothing to accounts that do not exist, are deactivated or are of another server', async () => {
      const { proofs, embedded, logIn, numbersOf } = await open({ mode: 'on' });
      await embedded.administration.deactivate(bob);
      const users = [bob, '@unknown:example.test', '@alice:elsewhere.test', '@Alice:example.test'] as Mxid[];
      for (const [index, mxid] of users.entries()) {
        const user = await logIn(mxid, `+999662024${index}`);
        expect(await numbersOf(mxid)).toEqual([]);
        expect(await proofs.getStatus(mxid, user)).toBeUndefined();
        expect(await failureOf(proofs.add(mxid, user))).toBe('account_missing');
      }
    });

    it('treats every user of the server as having an account, if accounts are the homeserver’s', async () => {
      const { proofs, logIn, numbersOf } = await open({ mode: 'on', hasOwnAccounts: false });
      const carol = '@carol:example.test' as Mxid;
      await logIn(carol, `+${number}`);
      expect(await numbersOf(carol)).toEqual([number]);
      const outsider = '@carol:elsewhere.test' as Mxid;
      expect(await proofs.getStatus(outsider, await logIn(outsider, `+${otherNumber}`))).toBeUndefined();
    });
  });

  describe('beside a homeserver that returns the owner of a 3PID', () => {
    const upstream = () => {
      const owners = new Map<string, Mxid>();
      const state = { isDown: false };
      const findUser: AccountThreepids['findUser'] = async ({ address }) => {
        if (state.isDown) throw new AccountFailure({ kind: 'homeserver_unreachable' });
        return owners.get(address);
      };
      return { owners, state, book: { findUser } };
    };
    const warnings = ({ logger }: ProofsUnderTest) =>
      logger.lines.flatMap(({ level, message }) => (level === 'warn' || level === 'error' ? [message] : []));

    it.each<FromTelegram>(['ask', 'on'])('leaves a number to the homeserver for %s', async (mode) => {
      const { owners, book } = upstream();
      const under = await open({ mode, homeserverThreepids: book });
      owners.set(number, bob);
      const user = await under.logIn(alice, `+${number}`);
      expect(await under.proofs.getStatus(alice, user)).toBe('in_use');
      expect(await failureOf(under.proofs.add(alice, user))).toBe('number_in_use');
      expect(await under.numbersOf(alice)).toEqual([]);
      expect(warnings(under)).toHaveLength(mode === 'on' ? 1 : 0);
      await under.proofs.publish();
      expect(warnings(under)).toHaveLength(mode === 'on' ? 1 : 0);
    });

    it('leaves the owner’s own number there, which outlives the login', async () => {
      const { owners, book } = upstream();
      const { proofs, logIn, numbersOf } = await open({ homeserverThreepids: book });
      owners.set(number, alice);
      const user = await logIn(alice, `+${number}`);
      expect(await proofs.getStatus(alice, user)).toBe('added');
      expect(await proofs.add(alice, user)).toEqual(user);
      expect(await numbersOf(alice)).toEqual([]);
    });

    it('adds a number without an owner there, automatically at the first query', async () => {
      const { book } = upstream();
      const { proofs, login, telegram, logIn, numbersOf } = await open({ mode: 'on', homeserverThreepids: book });
      const user = await logIn(alice, `+${number}`);
      expect(await proofs.getStatus(alice, user)).toBe('added');
      expect(await numbersOf(alice)).toEqual([number]);
      telegram.renumber(user.id, numberOf(otherNumber));
      await login.whoAmI(alice);
      await proofs.publish();
      expect(await numbersOf(alice)).toEqual([otherNumber]);
    });

    it('adds nothing while the homeserver does not answer, and adds it later', async () => {
      const { state, book } = upstream();
      const under = await open({ mode: 'on', homeserverThreepids: book });
      state.isDown = true;
      const user = await under.logIn(alice, `+${number}`);
      expect(await under.proofs.getStatus(alice, user)).toBeUndefined();
      expect(await failureOf(under.proofs.add(alice, user))).toBe('number_unchecked');
      expect(await under.numbersOf(alice)).toEqual([]);
      expect(warnings(under)).toContain('phone number of a Telegram login not added');
      state.isDown = false;
      await under.proofs.publish();
      expect(await under.numbersOf(alice)).toEqual([number]);
    });

    it('delays no caller because of many unanswered queries, for any number of phone numbers and callers', async () => {
      const { book } = upstream();
      const asked: string[] = [];
      const giveUps: (() => void)[] = [];
      const state = { isSilent: false };
      const findUser: AccountThreepids['findUser'] = async (address) => {
        if (!state.isSilent) return book.findUser(address);
        asked.push(address.address);
        await new Promise<void>((resolve) => giveUps.push(resolve));
        throw new AccountFailure({ kind: 'homeserver_unreachable' });
      };
      const { proofs, logIn, numbersOf } = await open({ mode: 'on', homeserverThreepids: { findUser } });
      await logIn(alice, `+${number}`);
      await logIn(bob, `+${otherNumber}`);
      state.isSilent = true;
      const publishThrice = () => Promise.all([proofs.publish(), proofs.publish(), proofs.publish()]);
      const first = publishThrice();
      await until(() => giveUps.length === 1);
      const second = publishThrice();
      giveUps.pop()?.();
      await first;
      await until(() => giveUps.length === 1);
      giveUps.pop()?.();
      await second;
      // Begins with another number, so that no number blocks the others.
      expect(asked).toEqual([number, otherNumber]);

      state.isSilent = false;
      await proofs.publish();
      expect([await numbersOf(alice), await numbersOf(bob)]).toEqual([[number], [otherNumber]]);
    });

    it('queries the current number at Telegram', async () => {
      const { owners, book } = upstream();
      const { proofs, login, telegram, logIn, numbersOf } = await open({ homeserverThreepids: book });
      owners.set(otherNumber, bob);
      const user = await logIn(alice, `+${number}`);
      telegram.renumber(user.id, numberOf(otherNumber));
      await login.whoAmI(alice);
      expect(await failureOf(proofs.add(alice, user))).toBe('number_in_use');
      expect(await numbersOf(alice)).toEqual([]);
    });

    it('adds the number of a login whose transaction is still running, once it is committed', async () => {
      const { book } = upstream();
      const { proofs, logIn, numbersOf } = await open({ mode: 'on', homeserverThreepids: book });
      await logIn(alice, `+${number}`);
      const [login] = await database.transaction((tx) => tx.telegramAccounts.listByOwner(alice));
      if (!login) throw new Error('there is no login');
      await database.transaction((tx) => tx.telegramAccounts.delete(login.id));
      await proofs.publish();
      expect(await numbersOf(alice)).toEqual([]);
      await database.transaction((tx) => tx.telegramAccounts.insert(login));
      await proofs.publish();
      expect(await numbersOf(alice)).toEqual([number]);
    });

    it('does not add the number of a login that has ended since', async () => {
      const { state, book } = upstream();
      const { proofs, login, embedded, logIn, numbersOf } = await open({ mode: 'on', homeserverThreepids: book });
      state.isDown = true;
      await logIn(alice, `+${number}`);
      await proofs.publish();
      await database.transaction(async (tx) => {
        for (const { id } of await tx.telegramAccounts.listByOwner(alice)) await tx.telegramAccounts.delete(id);
      });
      state.isDown = false;
      await embedded.clock.advance(60_000);
      await proofs.publish();
      await expect(login.whoAmI(alice)).rejects.toMatchObject({ details: { kind: 'not_logged_in' } });
      expect(await numbersOf(alice)).toEqual([]);
    });
  });

  describe('mode ask', () => {
    it('offers the number, and adds it once on request', async () => {
      const { proofs, embedded, login, telegram, logIn, numbersOf } = await open();
      const user = await logIn(alice, `+${number}`);
      expect([await proofs.getStatus(alice, user), await numbersOf(alice)]).toEqual(['offered', []]);
      await proofs.add(alice, user);
      const added = await recordsOf(alice);
      await embedded.clock.advance(60_000);
      await proofs.add(alice, user);
      expect(await recordsOf(alice)).toEqual(added);
      expect([await proofs.getStatus(alice, user), await numbersOf(alice)]).toEqual(['added', [number]]);

      telegram.renumber(user.id, numberOf(otherNumber));
      const changed = await login.whoAmI(alice);
      expect([await proofs.getStatus(alice, changed), await numbersOf(alice)]).toEqual(['offered', []]);
    });

    it('adds the latest number of Telegram, and not the requested one', async () => {
      const { proofs, login, telegram, logIn, numbersOf } = await open();
      const before = await logIn(alice, `+${number}`);
      telegram.renumber(before.id, numberOf(otherNumber));
      await login.whoAmI(alice);
      await proofs.add(alice, before);
      expect(await numbersOf(alice)).toEqual([otherNumber]);

      telegram.renumber(before.id, null);
      await login.whoAmI(alice);
      expect(await failureOf(proofs.add(alice, before))).toBe('number_missing');
      expect(await numbersOf(alice)).toEqual([]);
    });

    it('refuses a number that another account has, and reports that before', async () => {
      const { proofs, embedded, logIn, numbersOf } = await open();
      await embedded.addAddress(bob, { medium: 'msisdn', address: number });
      const user = await logIn(alice, `+${number}`);
      expect(await proofs.getStatus(alice, user)).toBe('in_use');
      expect(await failureOf(proofs.add(alice, user))).toBe('number_in_use');
      expect([await numbersOf(alice), await numbersOf(bob)]).toEqual([[], [number]]);
    });

    it('leaves a number that the user has validated otherwise, also when the login ends', async () => {
      const { proofs, login, telegram, embedded, logIn, numbersOf } = await open();
      await embedded.addAddress(alice, { medium: 'msisdn', address: number });
      const user = await logIn(alice, `+${number}`);
      expect(await proofs.getStatus(alice, user)).toBe('added');
      await proofs.add(alice, user);
      telegram.endSessions('revoked', user.id);
      await login.whoAmI(alice).catch(() => undefined);
      expect(await numbersOf(alice)).toEqual([number]);
    });

    it('removes the number on request of the owner only, and adds it again', async () => {
      const { proofs, logIn, numbersOf } = await open();
      const user = await logIn(alice, `+${number}`);
      expect(await proofs.remove(alice, user.id)).toBe(false);
      await proofs.add(alice, user);
      expect(await proofs.remove(bob, user.id)).toBe(false);
      expect(await proofs.remove(alice, '1')).toBe(false);
      expect(await numbersOf(alice)).toEqual([number]);
      expect(await proofs.remove(alice, user.id)).toBe(true);
      expect([await numbersOf(alice), await proofs.getStatus(alice, user)]).toEqual([[], 'offered']);
      await proofs.add(alice, user);
      expect(await numbersOf(alice)).toEqual([number]);
    });

    it('removes no number that the user has validated otherwise', async () => {
      const { proofs, embedded, logIn, numbersOf } = await open();
      await embedded.addAddress(alice, { medium: 'msisdn', address: number });
      const user = await logIn(alice, `+${number}`);
      expect(await proofs.remove(alice, user.id)).toBe(false);
      expect(await numbersOf(alice)).toEqual([number]);
    });

    it('adds nothing of a login that has ended, or of another user', async () => {
      const { proofs, telegram, login, logIn, numbersOf } = await open();
      const user = await logIn(alice, `+${number}`);
      expect(await failureOf(proofs.add(bob, user))).toBe('login_over');
      telegram.endSessions('revoked', user.id);
      await login.whoAmI(alice).catch(() => undefined);
      expect(await failureOf(proofs.add(alice, user))).toBe('login_over');
      expect([await numbersOf(alice), await numbersOf(bob)]).toEqual([[], []]);
    });

    it('leaves no number that is added while the login ends', async () => {
      const { proofs, telegram, login, logIn, numbersOf } = await open();
      for (let round = 0; round < 5; round += 1) {
        const user = await logIn(alice, `+${number}`);
        telegram.endSessions('revoked', user.id);
        const [outcome] = await Promise.all([
          failureOf(proofs.add(alice, user)),
          login.whoAmI(alice).catch(() => undefined),
        ]);
        expect(['nothing went wrong', 'login_over']).toContain(outcome);
        expect(await numbersOf(alice)).toEqual([]);
      }
    });
  });

  describe.each<FromTelegram>(['ask', 'on'])('a login that replaces another one, in mode %s', (mode) => {
    const logInAgain = async ({ login }: ProofsUnderTest, { id }: TelegramUser) => {
      const { loginId } = await login.start(alice, { flow: 'phone', replacing: id });
      await login.answer(alice, loginId, { kind: 'phone', phone: `+${number}` }, 'phone');
      const code = new Secret((number.at(-5) ?? '').repeat(5));
      const { step } = await login.answer(alice, loginId, { kind: 'code', code }, 'code');
      expect(step).toMatchObject({ kind: 'complete', user: { id } });
    };
    const addressesOf = (mxid: Mxid) => database.transaction((tx) => tx.accountAddresses.listByUser(mxid));

    it('keeps the number, and removes it at its own end', async () => {
      const under = await open({ mode });
      const user = await under.logIn(alice, `+${number}`);
      await under.proofs.add(alice, user);
      const before = await addressesOf(alice);
      await under.embedded.clock.advance(1_000);
      await logInAgain(under, user);

      const after = await addressesOf(alice);
      expect(after).toEqual([{ ...before[0], telegramAccountId: after[0]?.telegramAccountId }]);
      expect(after[0]?.telegramAccountId).not.toBe(before[0]?.telegramAccountId);
      under.telegram.endSessions('revoked', user.id);
      await under.login.whoAmI(alice).catch(() => undefined);
      expect(await addressesOf(alice)).toEqual([]);
    });

    it('removes a number that is no longer Telegram’s', async () => {
      const under = await open({ mode });
      const user = await under.logIn(alice, `+${number}`);
      under.telegram.renumber(user.id, numberOf(otherNumber));
      await under.proofs.add(alice, await under.login.whoAmI(alice));
      expect(await under.numbersOf(alice)).toEqual([otherNumber]);
      // The stored number gets no code any more, so the login requests another one.
      under.telegram.fail('sendCode', { kind: 'phone_number_invalid' }, { phone: numberOf(otherNumber) });
      await logInAgain(under, user);
      expect(await under.numbersOf(alice)).toEqual(mode === 'on' ? [number] : []);
    });

    it('keeps the binding, and does not restore one that the user has removed', async () => {
      const identity = await openIdentityService({ database });
      const { associations } = identity.service;
      const find = async () =>
        (await associations.find({ medium: 'msisdn', address: number }, lookupCaller('caller')))?.['mxid'];
      const under = await open({ mode, publisher: associations });
      const user = await under.logIn(alice, `+${number}`);
      await under.proofs.add(alice, user);
      await logInAgain(under, user);
      expect(await find()).toBe(alice);

      const address = { medium: 'msisdn', address: number, mxid: alice };
      await associations.unbind(address, { kind: 'user', mxid: alice });
      await logInAgain(under, user);
      await under.proofs.publish();
      expect([await under.numbersOf(alice), await find()]).toEqual([[number], undefined]);
      await identity.close();
    });
  });

  it.each<FromTelegram>(['ask', 'on'])('never validates a number of a bot: %s', async (mode) => {
    const { proofs, logInBot, numbersOf } = await open({ mode });
    const bot = await logInBot(alice, botToken);
    // For any number that Telegram may return for a bot.
    for (const user of [bot, { ...bot, phone: numberOf(number) }] satisfies TelegramUser[]) {
      expect(await proofs.getStatus(alice, user)).toBeUndefined();
      expect(await failureOf(proofs.add(alice, user))).toBe('number_missing');
    }
    expect(await numbersOf(alice)).toEqual([]);
  });

  it('adds a number that two users request at once for exactly one, and reports that to the other', async () => {
    const { proofs, telegram, logIn, login } = await open();
    const first = await logIn(alice, `+${number}`);
    const second = await logIn(bob, `+${otherNumber}`);
    telegram.renumber(second.id, numberOf(number));
    const users = [first, await login.whoAmI(bob)] as const;
    const outcomes = await Promise.all([failureOf(proofs.add(alice, users[0])), failureOf(proofs.add(bob, users[1]))]);
    expect(outcomes.toSorted()).toEqual(['nothing went wrong', 'number_in_use']);
    expect(await ownerOf(number)).toBe(outcomes[0] === 'nothing went wrong' ? alice : bob);
  });

  it('adds nothing in mode off, but removes what was added before', async () => {
    const before = await open({ mode: 'on' });
    const { id } = await before.logIn(alice, `+${number}`);
    const after = await openTelegramProofs(database, { mode: 'off' });
    await after.logIn(bob, `+${otherNumber}`);
    expect([await after.numbersOf(alice), await after.numbersOf(bob)]).toEqual([[number], []]);
    before.telegram.endSessions('revoked', id);
    await after.proofs.check((accountId) => before.login.check(accountId));
    expect(await after.numbersOf(alice)).toEqual([]);
  });

  describe('the check of logins that validate a number', () => {
    it('detects ended logins, and queries no others', async () => {
      const { proofs, login, telegram, logIn, logInBot, numbersOf } = await open({ mode: 'on' });
      const { id } = await logIn(alice, `+${number}`);
      await logIn(bob, `+${otherNumber}`);
      await logInBot('@bot:example.test' as Mxid, botToken);
      telegram.endSessions('revoked', id);
      const asked = telegram.calls('getMe');
      await proofs.check((accountId) => login.check(accountId));
      expect(telegram.calls('getMe') - asked).toBe(2);
      expect([await numbersOf(alice), await numbersOf(bob)]).toEqual([[], [otherNumber]]);
      expect(telegram.liveConnections()).toBe(0);
    });

    it('keeps logins that it cannot query, stops if Telegram is unreachable, and continues there the next time', async () => {
      const { proofs, login, telegram, logIn, numbersOf } = await open({ mode: 'on' });
      const { id } = await logIn(alice, `+${number}`);
      await logIn(bob, `+${otherNumber}`);
      const checked: string[] = [];
      const check = () =>
        proofs.check((accountId) => {
          checked.push(accountId);
          return login.check(accountId);
        });
      telegram.goDown();
      await check();
      expect(checked).toHaveLength(1);
      telegram.comeBack();
      telegram.fail('getMe', { kind: 'flood_wait', retryAfterMs: 60_000 });
      telegram.endSessions('revoked', id);
      await check();
      await check();
      expect(new Set(checked.slice(0, 3)).size).toBe(2);
      expect(checked[1]).not.toBe(checked[0]);
      expect(await numbersOf(bob)).toEqual([otherNumber]);
    });

    it('removes a number that is not Telegram’s latest, also without a newer one', async () => {
      const { proofs, login, logIn, numbersOf } = await open();
      const user = await logIn(alice, `+${number}`);
      await proofs.add(alice, user);
      await database.transaction(async (tx) => {
        const [proven] = await tx.accountAddresses.listByUser(alice);
        if (!proven) throw new Error('nothing was added');
        await tx.accountAddresses.delete(proven.id);
        await tx.accountAddresses.insert({ ...proven, address: otherNumber });
      });
      await proofs.check((accountId) => login.check(accountId));
      expect(await numbersOf(alice)).toEqual([]);
    });

    it('obeys the waits that Telegram requires', async () => {
      const { proofs, login, telegram, embedded, logIn, numbersOf } = await open({ mode: 'on' });
      await logIn(alice, `+${number}`);
      const check = () => proofs.check((accountId) => login.check(accountId));
      telegram.fail('getMe', { kind: 'flood_wait', retryAfterMs: 60_000 });
      await check();
      const asked = telegram.calls('getMe');
      await check();
      expect(telegram.calls('getMe')).toBe(asked);
      await embedded.clock.advance(60_000);
      await check();
      expect(telegram.calls('getMe')).toBe(asked + 1);
      expect(await numbersOf(alice)).toEqual([number]);
    });
  });

  describe('publishing', () => {
    let identity: IdentityUnderTest;

    beforeEach(async () => {
      identity = await openIdentityService({ database });
    });

    afterEach(() => identity.close());

    const openPublishing = () => open({ mode: 'on', publisher: identity.service.associations });
    const find = async (address = number) =>
      (await identity.service.associations.find({ medium: 'msisdn', address }, lookupCaller('caller')))?.['mxid'];
    const lookUp = async (address = number) => {
      const { lookupPepper } = await identity.service.lookup.hashDetails();
      const asked = {
        algorithm: 'none',
        pepper: lookupPepper,
        addresses: [`${address} msisdn`],
        caller: lookupCaller(alice),
      };
      return [...(await identity.service.lookup.lookUp(asked)).values()];
    };

    it('is removed with the number, and added again with it', async () => {
      const { proofs, login, telegram, logIn } = await openPublishing();
      for (let round = 0; round < 2; round += 1) {
        const user = await logIn(alice, `+${number}`);
        await proofs.publish();
        expect([await find(), await lookUp()]).toEqual([alice, [alice]]);
        telegram.endSessions('revoked', user.id);
        await login.whoAmI(alice).catch(() => undefined);
        expect([await find(), await lookUp()]).toEqual([undefined, []]);
      }
    });

    it('is removed when the user removes the number, and not restored', async () => {
      const { proofs, logIn } = await openPublishing();
      const user = await logIn(alice, `+${number}`);
      await proofs.publish();
      expect(await proofs.remove(alice, user.id)).toBe(true);
      await proofs.publish();
      expect([await find(), await lookUp()]).toEqual([undefined, []]);
    });

    it('is done before the number is reported as added', async () => {
      const { proofs, logIn } = await openPublishing();
      const user = await logIn(alice, `+${number}`);
      expect([await proofs.getStatus(alice, user), await find()]).toEqual(['added', alice]);
    });

    it('leaves earlier bindings of other users, and later ones of the user', async () => {
      const { proofs, login, telegram, logIn } = await openPublishing();
      await identity.bind('+447470674927', bob);
      const user = await logIn(alice, `+${number}`);
      telegram.renumber(user.id, numberOf('447470674927'));
      const changed = await login.whoAmI(alice);
      expect(await proofs.getStatus(alice, changed)).toBe('added');
      expect([await find(), await find('447470674927')]).toEqual([undefined, bob]);

      await identity.bind('+447470674927', alice);
      telegram.endSessions('revoked', user.id);
      await login.whoAmI(alice).catch(() => undefined);
      expect(await find('447470674927')).toBe(alice);
    });

    it('is not restored once the user has removed it', async () => {
      const { proofs, login, logIn } = await openPublishing();
      const user = await logIn(alice, `+${number}`);
      await proofs.publish();
      const proof = { kind: 'user', mxid: alice } as const;
      await identity.service.associations.unbind({ medium: 'msisdn', address: number, mxid: alice }, proof);
      await proofs.publish();
      expect([await proofs.getStatus(alice, user), await find()]).toEqual(['added', undefined]);
      expect((await login.whoAmI(alice)).id).toBe(user.id);
    });

    it('is repeated after a failure', async () => {
      const { associations } = identity.service;
      let troubles = 1;
      const publisher: AccountPublisher = {
        publish(address) {
          if (troubles === 0) return associations.publish(address);
          troubles -= 1;
          return Promise.reject(new Error('out of order'));
        },
      };
      const { proofs, logIn } = await open({ mode: 'on', publisher });
      await logIn(alice, `+${number}`);
      await proofs.publish();
      expect(await find()).toBeUndefined();
      await proofs.publish();
      expect(await find()).toBe(alice);
    });

    it.each([
      ['waits', 'yet', 59_999],
      ['does not wait', 'for long', 60_000],
    ])('%s for a number whose transaction is not over %s', async (does, _how, waitedMs) => {
      const { proofs, embedded, logIn } = await openPublishing();
      const user = await logIn(alice, `+${number}`);
      await proofs.publish();
      const added = await database.transaction(async (tx) => {
        const [before] = await tx.accountAddresses.listByUser(alice);
        const accountId = before?.telegramAccountId;
        if (accountId === undefined) throw new Error('nothing was added');
        await tx.accountAddresses.deleteByUser(alice);
        await proofs.whenClaimed(tx, { accountId, owner: alice, user });
        const [after] = await tx.accountAddresses.listByUser(alice);
        await tx.accountAddresses.deleteByUser(alice);
        return after;
      });
      if (!added) throw new Error('nothing was added');
      await embedded.clock.advance(waitedMs);
      await proofs.publish();
      // Other transactions see it only from now on.
      await database.transaction((tx) => tx.accountAddresses.insert(added));
      await proofs.publish();
      expect(await find()).toBe(does === 'waits' ? alice : undefined);
    });

    it('does not happen if the number was removed before', async () => {
      const { proofs, login, telegram, logIn } = await openPublishing();
      const user = await logIn(alice, `+${number}`);
      telegram.endSessions('revoked', user.id);
      await login.whoAmI(alice).catch(() => undefined);
      await proofs.publish();
      expect(await find()).toBeUndefined();
    });
  });
}

/** What is promised of concurrent changes, if the database runs several transactions at a time. */
export function describeLockOrder(createDatabase: () => Promise<TestDatabase>): void {
  it('locks the Matrix account before its 3PIDs if a login replaces another, as its deactivation does', async () => {
    const testDatabase = await createDatabase();
    const database = await openTestDatabase({ uri: testDatabase.uri });
    const { embedded, login, logIn, numbersOf } = await openTelegramProofs(database, { mode: 'on' });
    const { mxid } = await embedded.addUser('alice');
    const { id } = await logIn(mxid, `+${number}`);
    const { loginId } = await login.start(mxid, { flow: 'phone', replacing: id });
    await login.answer(mxid, loginId, { kind: 'phone', phone: `+${number}` }, 'phone');

    const other = await testDatabase.connect();
    const deactivation = other.createQueryRunner();
    const waiting = `SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND locktype <> 'advisory'`;
    await deactivation.query('BEGIN');
    await deactivation.query('SELECT mxid FROM accounts WHERE mxid = $1 FOR UPDATE', [mxid]);
    const code = new Secret((number.at(-5) ?? '').repeat(5));
    const replacing = login.answer(mxid, loginId, { kind: 'code', code }, 'code');
    while ((await testDatabase.execute(waiting))[0]?.['count'] === 0);
    const addresses = 'SELECT id FROM account_addresses WHERE mxid = $1 FOR UPDATE NOWAIT';
    expect(await deactivation.query(addresses, [mxid])).toHaveLength(1);
    await deactivation.query('COMMIT');
    await deactivation.release();
    expect((await replacing).step.kind).toBe('complete');
    expect(await numbersOf(mxid)).toEqual([number]);

    await other.destroy();
    await database.close();
    await testDatabase.remove();
  });
}
