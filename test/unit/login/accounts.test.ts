import { describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import type { LoginProgress } from '../../../src/login/processes.js';
import type { TelegramUserId } from '../../../src/telegram/shapes.js';
import { code, failureOf, minutes, mxidOf, phone, token, useLoginFixture } from '../../support/login-fixture.js';

const alice = mxidOf('@alice:example.org');
const bob = mxidOf('@bob:example.org');
const maxAccounts = 3;
const numbers = ['+9996620001', '+9996620011', '+9996620021', '+9996620031'];
const botToken = '2000020001:SandboxBotTokenThatEveryoneMayKnow1';

const fixture = useLoginFixture({ maxAccounts });

const idOf = (number: string) => number.slice(1) as TelegramUserId;

/** Logs a number in through a login process with metadata. */
async function logIn(owner: Mxid, number: string, replacing?: TelegramUserId): Promise<LoginProgress> {
  const { loginId } = await fixture.login.start(owner, { flow: 'phone', replacing });
  await fixture.login.answer(owner, loginId, phone(number), 'phone');
  const done = await fixture.login.answer(owner, loginId, code('22222'), 'code');
  await fixture.clock.advance(1);
  return done;
}

const idsOf = async (owner: Mxid) => (await fixture.login.accounts(owner)).map(({ user }) => user.id);

describe('several Telegram accounts of one user', () => {
  it('are listed oldest first, with the profiles from Telegram', async () => {
    const since = fixture.clock.now();
    for (const number of numbers.slice(0, 2)) {
      expect(await logIn(alice, number)).toMatchObject({ step: { kind: 'complete' } });
    }
    expect(await fixture.login.accounts(alice)).toEqual([
      { user: expect.objectContaining({ id: idOf('+9996620001') }), condition: 'connected', since, heldBy: 'gangway' },
      {
        user: expect.objectContaining({ id: idOf('+9996620011') }),
        condition: 'connected',
        since: since + 1,
        heldBy: 'gangway',
      },
    ]);
    expect(await fixture.login.accounts(bob)).toEqual([]);
  });

  it('are for dialects with login IDs: 0.3.0 shows the first and rejects a second', async () => {
    await logIn(alice, '+9996620001');
    await logIn(alice, '+9996620011');
    expect(await fixture.login.whoAmI(alice)).toMatchObject({ id: idOf('+9996620001') });
    expect(await failureOf(fixture.login.submit(alice, phone('+9996620021')))).toMatchObject({
      kind: 'already_logged_in',
      user: { id: idOf('+9996620001') },
    });
    const once = fixture.login.start(alice, { flow: 'qr', onlyIfLoggedOut: true });
    expect(await failureOf(once)).toMatchObject({ kind: 'already_logged_in' });
  });

  it('are limited to the maximum number', async () => {
    for (const number of numbers.slice(0, maxAccounts)) await logIn(alice, number);
    expect(await failureOf(fixture.login.start(alice, { flow: 'bot' }))).toEqual({
      kind: 'too_many_accounts',
      allowed: maxAccounts,
    });
    await fixture.login.logOut(alice, { account: idOf('+9996620011') });
    expect(await logIn(alice, '+9996620031')).toMatchObject({ step: { kind: 'complete' } });
  });

  it('are limited also if several logins complete at once', async () => {
    const started = await Promise.all(numbers.map(() => fixture.login.start(alice, { flow: 'phone' })));
    await Promise.all(
      started.map(({ loginId }, index) => fixture.login.answer(alice, loginId, phone(numbers[index] ?? ''), 1)),
    );
    const ends = started.map(({ loginId }) => fixture.login.answer(alice, loginId, code('22222'), 2));
    const outcomes = await Promise.allSettled(ends);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(maxAccounts);
    const [late] = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(late?.reason).toMatchObject({ details: { kind: 'too_many_accounts' } });
    expect(await idsOf(alice)).toHaveLength(maxAccounts);
    expect(numbers.reduce((sum, number) => sum + fixture.telegram.authorizations(idOf(number)), 0)).toBe(maxAccounts);
  });

  it('do not count if Telegram has ended their sessions', async () => {
    for (const number of numbers.slice(0, maxAccounts)) await logIn(alice, number);
    fixture.telegram.endSessions('revoked', idOf('+9996620001'));
    expect(await logIn(alice, '+9996620031')).toMatchObject({ step: { kind: 'complete' } });
  });

  it('do not end each other’s login processes', async () => {
    const { loginId } = await fixture.login.start(alice, { flow: 'phone' });
    await fixture.login.answer(alice, loginId, phone('+9996620001'), 1);
    await logIn(alice, '+9996620011');
    expect(await fixture.login.answer(alice, loginId, code('22222'), 2)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('cannot include the same account twice', async () => {
    await logIn(alice, '+9996620001');
    const again = await failureOf(logIn(alice, '+9996620001'));
    expect(again).toMatchObject({ kind: 'already_logged_in', user: { id: idOf('+9996620001') } });
    expect(fixture.telegram.authorizations(idOf('+9996620001'))).toBe(1);
  });
});

describe('the condition of an account', () => {
  it('is `trouble` while Telegram is unreachable', async () => {
    await logIn(alice, '+9996620001');
    fixture.telegram.goDown();
    expect(await fixture.login.accounts(alice)).toMatchObject([
      { condition: 'trouble', user: { username: 'magic_2_0001' } },
    ]);
  });

  it('is `ended` once after Telegram has ended the session; then the account is deleted', async () => {
    await logIn(alice, '+9996620001');
    await logIn(alice, '+9996620011');
    fixture.telegram.endSessions('revoked', idOf('+9996620001'));
    expect((await fixture.login.accounts(alice)).map(({ condition }) => condition)).toEqual(['ended', 'connected']);
    expect(await idsOf(alice)).toEqual([idOf('+9996620011')]);
    expect(await fixture.login.whoAmI(alice)).toMatchObject({ id: idOf('+9996620011') });
  });
});

describe('logging in again', () => {
  it('replaces the session of the account, ends the old one, and keeps the position in the list', async () => {
    await logIn(alice, '+9996620001');
    await logIn(alice, '+9996620011');
    expect(await logIn(alice, '+9996620001', idOf('+9996620001'))).toMatchObject({ step: { kind: 'complete' } });
    expect(fixture.telegram.authorizations(idOf('+9996620001'))).toBe(1);
    expect(fixture.telegram.logOuts()).toEqual([idOf('+9996620001')]);
    expect(await idsOf(alice)).toEqual([idOf('+9996620001'), idOf('+9996620011')]);
  });

  it('is possible at the maximum number of accounts', async () => {
    for (const number of numbers.slice(0, maxAccounts)) await logIn(alice, number);
    expect(await logIn(alice, '+9996620011', idOf('+9996620011'))).toMatchObject({ step: { kind: 'complete' } });
  });

  it('with another account is rejected and changes nothing', async () => {
    await logIn(alice, '+9996620001');
    const { loginId } = await fixture.login.start(alice, { flow: 'bot', replacing: idOf('+9996620001') });
    const end = fixture.login.answer(alice, loginId, token(botToken), 1);
    expect(await failureOf(end)).toEqual({ kind: 'other_telegram_account' });
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_cancelled' });
    expect(await idsOf(alice)).toEqual([idOf('+9996620001')]);
    expect(fixture.telegram.authorizations(botToken.slice(0, 10))).toBe(0);
  });

  it('does not request a known phone number', async () => {
    await logIn(alice, '+9996620001');
    const again = await fixture.login.start(alice, { flow: 'phone', replacing: idOf('+9996620001') });
    expect(again).toMatchObject({ stepNumber: 2, step: { kind: 'code', code: { fresh: true } } });
    const done = await fixture.login.answer(alice, again.loginId, code('22222'), 2);
    expect(done).toMatchObject({ step: { kind: 'complete' } });
  });

  it('requests the number of an account that is deleted, and if no code can be sent to the known number', async () => {
    const unknown = await fixture.login.start(alice, { flow: 'phone', replacing: idOf('+9996620001') });
    expect(unknown).toMatchObject({ stepNumber: 1, step: { kind: 'phone' }, complaint: null });
    await logIn(alice, '+9996620001');
    fixture.telegram.fail('sendCode', { kind: 'flood_wait', retryAfterMs: 5_000 });
    const again = await fixture.login.start(alice, { flow: 'phone', replacing: idOf('+9996620001') });
    expect(again).toMatchObject({ step: { kind: 'phone' } });
  });

  it('is possible after Telegram has ended the session', async () => {
    await logIn(alice, '+9996620001');
    fixture.telegram.endSessions('revoked');
    await fixture.login.accounts(alice);
    expect(await logIn(alice, '+9996620001', idOf('+9996620001'))).toMatchObject({ step: { kind: 'complete' } });
    expect(await idsOf(alice)).toEqual([idOf('+9996620001')]);
  });

  it('rejects the account of another user', async () => {
    await logIn(bob, '+9996620001');
    const end = logIn(alice, '+9996620001', idOf('+9996620001'));
    expect(await failureOf(end)).toEqual({ kind: 'telegram_account_taken' });
    expect(await idsOf(bob)).toEqual([idOf('+9996620001')]);
  });

  it('ends the old session later if that fails now', async () => {
    await logIn(alice, '+9996620001');
    fixture.telegram.fail('logOut', { kind: 'unreachable' });
    await logIn(alice, '+9996620001', idOf('+9996620001'));
    expect(fixture.telegram.authorizations(idOf('+9996620001'))).toBe(2);
    await fixture.restart();
    await fixture.clock.advance(10 * minutes);
    await fixture.login.sweep();
    expect(fixture.telegram.authorizations(idOf('+9996620001'))).toBe(1);
    expect(await fixture.login.whoAmI(alice)).toMatchObject({ id: idOf('+9996620001') });
  });
});

describe('logging out', () => {
  it('deletes the account and ends its session', async () => {
    for (const number of numbers.slice(0, 3)) await logIn(alice, number);
    expect(await fixture.login.logOut(alice, { account: idOf('+9996620011') })).toEqual([idOf('+9996620011')]);
    expect(await fixture.login.logOut(alice, 'first')).toEqual([idOf('+9996620001')]);
    expect(await idsOf(alice)).toEqual([idOf('+9996620021')]);
    expect(await fixture.login.logOut(alice, 'all')).toEqual([idOf('+9996620021')]);
    expect(await failureOf(fixture.login.whoAmI(alice))).toEqual({ kind: 'not_logged_in' });
    expect(fixture.telegram.logOuts()).toHaveLength(3);
  });

  it('without accounts does nothing; with an unknown account ID it fails', async () => {
    await logIn(bob, '+9996620001');
    expect(await fixture.login.logOut(alice, 'all')).toEqual([]);
    expect(await fixture.login.logOut(alice, 'first')).toEqual([]);
    expect(await failureOf(fixture.login.logOut(alice, { account: idOf('+9996620001') }))).toEqual({
      kind: 'account_unknown',
    });
    expect(await idsOf(bob)).toHaveLength(1);
  });

  it('succeeds while Telegram is unreachable: the session is ended later, also after a restart', async () => {
    await logIn(alice, '+9996620001');
    fixture.telegram.goDown();
    await fixture.login.logOut(alice, 'all');
    expect(await failureOf(fixture.login.whoAmI(alice))).toEqual({ kind: 'not_logged_in' });
    await fixture.restart();
    fixture.telegram.comeBack();
    await fixture.clock.advance(10 * minutes);
    await fixture.login.sweep();
    expect(fixture.telegram.authorizations(idOf('+9996620001'))).toBe(0);
  });

  it('waits for the owner’s lock without a limit', async () => {
    await logIn(alice, '+9996620001');
    const release = fixture.telegram.hold('getMe');
    const looking = fixture.login.whoAmI(alice);
    const leaving = fixture.login.logOut(alice, 'all');
    await fixture.clock.advance(50_000);
    release();
    expect(await looking).toMatchObject({ id: idOf('+9996620001') });
    expect(await leaving).toEqual([idOf('+9996620001')]);
  });

  it('succeeds if Telegram had ended the session before', async () => {
    await logIn(alice, '+9996620001');
    fixture.telegram.endSessions('revoked');
    expect(await fixture.login.logOut(alice, 'all')).toHaveLength(1);
    expect(await fixture.database.transaction((tx) => tx.telegramAccounts.listByOwner(alice))).toEqual([]);
  });

  it('keeps the completion of the login process', async () => {
    const { loginId } = await logIn(alice, '+9996620001');
    await fixture.login.logOut(alice, 'all');
    expect(await fixture.login.find(alice, loginId)).toMatchObject({ step: { kind: 'complete' } });
  });
});

describe('finding Telegram users', () => {
  it('uses the first account, or the account with the ID', async () => {
    await logIn(alice, '+9996620001');
    await logIn(alice, '+9996620011');
    expect(await fixture.login.contacts(alice)).toMatchObject([{ id: idOf('+9996620002') }]);
    expect(await fixture.login.contacts(alice, idOf('+9996620011'))).toMatchObject([{ id: idOf('+9996620012') }]);
    expect(await fixture.login.chats(alice)).toContainEqual({ id: '-4242', title: 'Sandbox group' });
    expect(await fixture.login.searchUsers(alice, ' 0002 ')).toMatchObject([{ id: idOf('+9996620002') }]);
    expect(await fixture.login.searchUsers(alice, ' ')).toEqual([]);
    expect(await failureOf(fixture.login.contacts(alice, idOf('+9996620021')))).toEqual({ kind: 'account_unknown' });
    expect(await failureOf(fixture.login.contacts(bob))).toEqual({ kind: 'not_logged_in' });
  });

  it.each([
    'magic_2_0005',
    '@magic_2_0005',
    'https://t.me/magic_2_0005',
    't.me/magic_2_0005/',
    'tg://resolve?domain=magic_2_0005',
    '+999 66 2 0005',
  ])('finds a user by %s', async (identifier) => {
    await logIn(alice, '+9996620001');
    expect(await fixture.login.resolveIdentifier(alice, identifier)).toMatchObject({ id: idOf('+9996620005') });
  });

  it('finds contacts and the account itself by ID', async () => {
    await logIn(alice, '+9996620001');
    for (const number of ['+9996620001', '+9996620002']) {
      expect(await fixture.login.resolveIdentifier(alice, idOf(number))).toMatchObject({ id: idOf(number) });
    }
  });

  it.each([
    ['nobody_has_this', 'identifier_unknown'],
    ['9996620005', 'identifier_unknown'],
    ['+4915112345', 'identifier_unknown'],
    ['-4242', 'identifier_unknown'],
    ['', 'identifier_unknown'],
    ['a b', 'identifier_unknown'],
    ['@sandbox_channel', 'identifier_not_user'],
  ])('finds no user by %j', async (identifier, kind) => {
    await logIn(alice, '+9996620001');
    expect(await failureOf(fixture.login.resolveIdentifier(alice, identifier))).toEqual({ kind });
  });

  it('returns nothing for bots, without a request to Telegram', async () => {
    const { loginId } = await fixture.login.start(alice, { flow: 'bot' });
    await fixture.login.answer(alice, loginId, token(botToken), 1);
    expect(await fixture.login.contacts(alice)).toEqual([]);
    expect(await fixture.login.chats(alice)).toEqual([]);
    expect(await fixture.login.searchUsers(alice, 'magic')).toEqual([]);
    expect(fixture.telegram.calls('contacts')).toBe(0);
    expect(await fixture.login.resolveIdentifier(alice, '@magic_2_0005')).toMatchObject({ id: idOf('+9996620005') });
    expect(await failureOf(fixture.login.resolveIdentifier(alice, '+9996620005'))).toEqual({
      kind: 'identifier_unknown',
    });
  });

  it('uses the next account if Telegram has ended the session of the first', async () => {
    await logIn(alice, '+9996620001');
    await logIn(alice, '+9996620011');
    fixture.telegram.endSessions('revoked', idOf('+9996620001'));
    expect(await fixture.login.contacts(alice)).toMatchObject([{ id: idOf('+9996620012') }]);
    expect(await idsOf(alice)).toEqual([idOf('+9996620011')]);
  });

  it('fails while Telegram is unreachable or requires a flood wait', async () => {
    await logIn(alice, '+9996620001');
    fixture.telegram.fail('contacts', { kind: 'flood_wait', retryAfterMs: 2000 });
    expect(await failureOf(fixture.login.contacts(alice))).toEqual({ kind: 'flood_wait', retryAfterMs: 2000 });
    fixture.telegram.goDown();
    await fixture.clock.advance(2000);
    expect(await failureOf(fixture.login.contacts(alice))).toEqual({ kind: 'telegram_unreachable' });
  });
});
