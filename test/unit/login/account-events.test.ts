import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../src/database/tables/events.js';
import { ownedLogins } from '../../../src/login/owned-logins.js';
import type { SessionDeath } from '../../../src/telegram/failure.js';
import type { TelegramUserId } from '../../../src/telegram/shapes.js';
import { code, mxidOf, phone, token, useLoginFixture } from '../../support/login-fixture.js';

const alice = mxidOf('@alice:example.org');
const number = '+9996620001';
const id = number.slice(1);
const fixture = useLoginFixture();

async function logIn(replacing?: TelegramUserId): Promise<void> {
  const { loginId } = await fixture.login.start(alice, { flow: 'phone', replacing });
  await fixture.login.answer(alice, loginId, phone(number), 'phone');
  await fixture.login.answer(alice, loginId, code('22222'), 'code');
  await fixture.clock.advance(1);
}

async function events(): Promise<readonly object[]> {
  const stored = await fixture.database.transaction((tx) => tx.events.listNew(99));
  return stored.map(({ body }) => {
    const { type, data } = JSON.parse(body) as { type: DomainEvent['what']['type']; data: object };
    return { type, ...data };
  });
}

const user = { user_id: alice, telegram_user_id: id };
const completed = { type: 'login.completed', ...user, is_bot: false };
const ended = (reason: string) => ({ type: 'session.ended', ...user, reason });

describe('events of logins', () => {
  it('report a login when it is complete, and not before', async () => {
    const { loginId } = await fixture.login.start(alice, { flow: 'phone' });
    await fixture.login.answer(alice, loginId, phone(number), 'phone');
    expect(await events()).toEqual([]);
    await fixture.login.answer(alice, loginId, code('22222'), 'code');
    expect(await events()).toEqual([completed]);
  });

  it('report logins of bots', async () => {
    await fixture.login.submit(alice, token('2000020001:SandboxBotTokenThatEveryoneMayKnow1'));
    expect(await events()).toEqual([expect.objectContaining({ type: 'login.completed', is_bot: true })]);
  });

  it('report a logout', async () => {
    await logIn();
    await fixture.login.logOut(alice, 'all');
    expect(await events()).toEqual([completed, ended('logout')]);
  });

  it('report a deactivation', async () => {
    await logIn();
    await fixture.database.transaction((tx) => ownedLogins.end(tx, alice, fixture.clock.now()));
    expect(await events()).toEqual([completed, ended('logout')]);
  });

  it.each(['revoked', 'expired', 'deactivated', 'duplicated', 'auth_key_forgotten'] satisfies SessionDeath[])(
    'report that Telegram has ended a session: %s',
    async (reason) => {
      await logIn();
      fixture.telegram.endSessions(reason);
      await expect(fixture.login.whoAmI(alice)).rejects.toMatchObject({ details: { kind: 'not_logged_in' } });
      expect(await events()).toEqual([completed, ended(reason)]);
    },
  );

  it('report a login that replaces another', async () => {
    await logIn();
    await logIn(id as TelegramUserId);
    expect((await events()).toSorted(byType)).toEqual([completed, completed, ended('replaced')]);
  });

  it('contain no secrets and no phone number', async () => {
    await logIn();
    await fixture.login.logOut(alice, 'all');
    const text = JSON.stringify(await events());
    expect(text).not.toContain(number);
    expect(text).not.toMatch(/session"|key|hash/);
  });
});

function byType(one: object, other: object): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
