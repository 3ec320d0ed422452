import { beforeEach, describe, expect, it } from 'vitest';
import { createRevoker } from '../../../src/accounts/revocation.js';
import { ownedLogins } from '../../../src/login/owned-logins.js';
import type { TelegramUserId } from '../../../src/telegram/shapes.js';
import { magicPassword } from '../../support/fake-telegram-accounts.js';
import {
  code,
  failureOf,
  minutes,
  mxidOf,
  password,
  phone,
  token,
  useLoginFixture,
} from '../../support/login-fixture.js';
import { until } from '../../support/until.js';

const alice = mxidOf('@alice:example.org');
const bob = mxidOf('@bob:example.org');
const number = '+9996620001';
const withPassword = '+9996621234';
const botToken = '2000020001:SandboxBotTokenThatEveryoneMayKnow1';
const userId = number.slice(1) as TelegramUserId;

const fixture = useLoginFixture();

beforeEach(() =>
  fixture.database.transaction(async (tx) => {
    for (const mxid of [alice, bob]) {
      await tx.accounts.insert({ mxid, passwordHash: undefined, createdAt: 0, deactivatedAt: undefined });
    }
  }),
);

/** Deactivates the account as another process does. */
const deactivate = () =>
  fixture.database.transaction(async (tx) => {
    const revoker = createRevoker(ownedLogins);
    await revoker.holdAll(tx, alice);
    await revoker.revoke(tx, { mxid: alice, events: ['deactivate'], at: fixture.clock.now() });
  });

async function logIn(): Promise<void> {
  await fixture.login.submit(alice, phone(number));
  await fixture.login.submit(alice, code('22222'));
}

const kept = () =>
  fixture.database.transaction(async (tx) => [
    ...(await tx.telegramAccounts.listByOwner(alice)),
    ...(await tx.loginProcesses.listByOwner(alice, 0)),
  ]);

describe('when a Matrix account is deactivated', () => {
  it('the next sweep ends its Telegram session, on the open connection', async () => {
    await logIn();
    await fixture.login.whoAmI(alice);
    expect(fixture.telegram.liveConnections()).toBe(1);
    await deactivate();
    await fixture.login.sweep();
    expect(fixture.telegram.authorizations(userId)).toBe(0);
    expect(fixture.telegram.logOuts()).toEqual([userId]);
    expect(fixture.telegram.liveConnections()).toBe(0);
    expect(await kept()).toEqual([]);
  });

  it('its Telegram session is ended once Telegram is reachable again, also after a restart', async () => {
    await logIn();
    await deactivate();
    fixture.telegram.fail('connect', { kind: 'unreachable' });
    await fixture.login.sweep();
    expect(fixture.telegram.authorizations(userId)).toBe(1);
    await fixture.restart();
    await fixture.clock.advance(11 * minutes);
    await fixture.login.sweep();
    expect(fixture.telegram.authorizations(userId)).toBe(0);
    expect(await kept()).toEqual([]);
  });

  it.each(['code', 'password'])('a login process at the step %s is cancelled', async (step) => {
    await fixture.login.submit(alice, phone(step === 'code' ? number : withPassword));
    if (step === 'password') await fixture.login.submit(alice, code('22222'));
    await deactivate();
    await fixture.login.sweep();
    expect(await kept()).toEqual([]);
  });

  it('it cannot log in to Telegram again, and no code is sent', async () => {
    await deactivate();
    for (const work of [
      fixture.login.submit(alice, phone(number)),
      fixture.login.submit(alice, token(botToken)),
      fixture.login.start(alice, { flow: 'qr' }),
      fixture.login.whoAmI(alice),
    ]) {
      expect(await failureOf(work)).toEqual({ kind: 'owner_deactivated' });
    }
    expect(fixture.telegram.calls('connect')).toBe(0);
    expect(await fixture.login.submit(bob, phone(number))).toMatchObject({ kind: 'code' });
  });

  it.each([
    ['sendCode', () => fixture.login.submit(alice, phone(number))],
    ['signInBot', () => fixture.login.submit(alice, token(botToken))],
  ] as const)('while Telegram answers %s, nothing of the login is left', async (operation, act) => {
    const release = fixture.telegram.hold(operation);
    const acting = failureOf(act());
    await until(() => fixture.telegram.calls(operation) > 0);
    await deactivate();
    release();
    expect(await acting).toEqual({ kind: 'owner_deactivated' });
    await fixture.login.sweep();
    expect(await kept()).toEqual([]);
    expect(fixture.telegram.authorizations(botToken.split(':')[0] ?? '')).toBe(0);
  });

  it.each(['signIn', 'checkPassword'] as const)('while Telegram answers %s, the new session is ended', async (last) => {
    const chosen = last === 'signIn' ? number : withPassword;
    await fixture.login.submit(alice, phone(chosen));
    if (last === 'checkPassword') await fixture.login.submit(alice, code('22222'));
    const release = fixture.telegram.hold(last);
    const acting = failureOf(fixture.login.submit(alice, last === 'signIn' ? code('22222') : password(magicPassword)));
    await until(() => fixture.telegram.calls(last) > 0);
    await deactivate();
    release();
    expect(await acting).toEqual({ kind: 'owner_deactivated' });
    await fixture.login.sweep();
    expect(fixture.telegram.authorizations(chosen.slice(1))).toBe(0);
    expect(fixture.telegram.logOuts()).toEqual([chosen.slice(1)]);
    expect(await kept()).toEqual([]);
  });
});
