import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMxid, type Mxid } from '../../../src/base/mxid.js';
import { PhoneNumber } from '../../../src/base/phone.js';
import { systemRandom } from '../../../src/base/random.js';
import { Secret } from '../../../src/base/secret.js';
import type { Database } from '../../../src/database/database.js';
import { LoginFailure } from '../../../src/login/failure.js';
import { createLoginService, type LoginService } from '../../../src/login/service.js';
import type { LoginInput, LoginStep } from '../../../src/login/processes.js';
import { createConnectionPool } from '../../../src/telegram/pool.js';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeTelegram, type FakeTelegram } from '../../support/fake-telegram.js';
import { magicPassword } from '../../support/fake-telegram-accounts.js';
import { silentLogger } from '../../support/silent-logger.js';

const minutes = 60_000;
const alice = mxidOf('@alice:example.org');
const bob = mxidOf('@bob:example.org');
const outsider = mxidOf('@outsider:elsewhere.org');
const plain = '+9996620234';
const withPassword = '+9996621234';
const botToken = '2000020001:SandboxBotTokenThatEveryoneMayKnow1';

let clock: FakeClock;
let telegram: FakeTelegram;
let database: Database;
let login: LoginService;

beforeEach(async () => {
  clock = createFakeClock();
  telegram = createFakeTelegram({ clock });
  database = await openTestDatabase({ clock });
  login = startService();
});

afterEach(() => database.close());

/** Starts another service on the same database and Telegram. */
async function restart(): Promise<void> {
  await telegram.gateway.close();
  login = startService();
}

function startService(): LoginService {
  const { gateway } = telegram;
  const pool = createConnectionPool({ gateway, clock, logger: silentLogger, maxLive: 10, idleCloseMs: minutes });
  const mayLogIn = (mxid: Mxid) => mxid !== outsider;
  return createLoginService({
    database,
    pool,
    mayLogIn,
    maxAccounts: 3,
    maxListening: 4,
    attempts: { max: 1000, windowMs: 600_000 },
    expireAfterMs: 30 * minutes,
    clock,
    random: systemRandom,
    logger: silentLogger,
  });
}

function mxidOf(text: string): Mxid {
  const mxid = parseMxid(text);
  if (!mxid) throw new Error(`not a Matrix ID: ${text}`);
  return mxid;
}

function numberOf(text: string): PhoneNumber {
  const number = PhoneNumber.parse(text);
  if (!number) throw new Error(`not a phone number: ${text}`);
  return number;
}

const phone = (text: string): LoginInput => ({ kind: 'phone', phone: text });
const code = (text: string): LoginInput => ({ kind: 'code', code: new Secret(text) });
const password = (text: string): LoginInput => ({ kind: 'password', password: new Secret(text) });
const token = (text: string): LoginInput => ({ kind: 'bot_token', token: new Secret(text) });

/** Returns the fault of the failure. Fails the test if there is none. */
async function failureOf(work: Promise<unknown>): Promise<LoginFailure['details']> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof LoginFailure) return outcome.error.details;
  throw new Error(`expected a LoginFailure, got ${JSON.stringify(outcome)}`, { cause: outcome });
}

async function logIn(owner: Mxid, number = plain): Promise<LoginStep> {
  await login.submit(owner, phone(number));
  return login.submit(owner, code('22222'));
}

describe('logging in', () => {
  it('with a phone number and its code returns the account', async () => {
    expect(await login.submit(alice, phone(plain))).toMatchObject({
      kind: 'code',
      code: { delivery: 'app', length: 5, nextDelivery: 'sms', resendAt: clock.now() + minutes, fresh: true },
    });
    const step = await login.submit(alice, code('22222'));
    expect(step).toMatchObject({ kind: 'complete', user: { username: 'magic_2_0234', isBot: false } });
    expect(await login.whoAmI(alice)).toEqual(step.kind === 'complete' && step.user);
  });

  it('requires the cloud password if the account has one', async () => {
    await login.submit(alice, phone(withPassword));
    expect(await login.submit(alice, code('22222'))).toEqual({ kind: 'password', hint: 'an animal that is right' });
    expect(await failureOf(login.submit(alice, password('wrong')))).toEqual({ kind: 'password_invalid' });
    expect(await login.submit(alice, password(magicPassword))).toMatchObject({ kind: 'complete' });
  });

  it('with a bot token takes one step', async () => {
    expect(await login.submit(alice, token(botToken))).toMatchObject({ kind: 'complete', user: { isBot: true } });
    expect(await login.whoAmI(alice)).toMatchObject({ isBot: true, phone: null });
  });

  it('leaves no connection open', async () => {
    await logIn(alice);
    expect(telegram.liveConnections()).toBe(0);
  });

  it('continues after a restart between any two steps', async () => {
    await login.submit(alice, phone(withPassword));
    await restart();
    expect(await failureOf(login.submit(alice, code('11111')))).toEqual({ kind: 'phone_code_invalid' });
    await restart();
    await login.submit(alice, code('22222'));
    await restart();
    expect(await login.submit(alice, password(magicPassword))).toMatchObject({ kind: 'complete' });
    await restart();
    expect(await login.whoAmI(alice)).toMatchObject({ username: 'magic_2_1234' });
  });

  it('requires permission, without which no connection is opened', async () => {
    for (const input of [phone(plain), code('1'), password('x'), token(botToken)]) {
      expect(await failureOf(login.submit(outsider, input))).toEqual({ kind: 'not_permitted' });
    }
    expect(await failureOf(login.whoAmI(outsider))).toEqual({ kind: 'not_permitted' });
    expect(telegram.calls('connect')).toBe(0);
  });
});

describe('the same request twice', () => {
  it('sent concurrently sends one code and answers both', async () => {
    const steps = await Promise.all(Array.from({ length: 20 }, () => login.submit(alice, phone(plain))));
    expect(telegram.sentCodes()).toHaveLength(1);
    expect(steps.every((step) => step.kind === 'code')).toBe(true);
  });

  it('sent concurrently signs in once and answers both', async () => {
    await login.submit(alice, phone(plain));
    const steps = await Promise.all([login.submit(alice, code('22222')), login.submit(alice, code('22222'))]);
    expect(steps.map((step) => step.kind)).toEqual(['complete', 'complete']);
    expect(telegram.calls('signIn')).toBe(1);
  });

  it('shows the pending code within the resend timeout, and sends another afterwards', async () => {
    await login.submit(alice, phone(plain));
    await clock.advance(minutes - 1);
    expect(await login.submit(alice, phone(plain))).toMatchObject({ code: { fresh: false } });
    expect(telegram.sentCodes()).toHaveLength(1);
    await clock.advance(1);
    expect(await login.submit(alice, phone(plain))).toMatchObject({ code: { fresh: true } });
    expect(telegram.sentCodes()).toHaveLength(2);
    expect(await login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
  });

  it('of different users sends a code to each', async () => {
    await Promise.all([login.submit(alice, phone(plain)), login.submit(bob, phone('+9996620001'))]);
    expect(telegram.sentCodes()).toHaveLength(2);
  });
});

describe('the last step, repeated because its answer was lost', () => {
  it.each([
    ['the code', [phone(plain)], code('22222')],
    ['the password', [phone(withPassword), code('22222')], password(magicPassword)],
    ['the bot token', [], token(botToken)],
  ] as const)('is answered as before, also after a restart: %s', async (_, before, last) => {
    for (const input of before) await login.submit(alice, input);
    const done = await login.submit(alice, last);
    await restart();
    expect(await login.submit(alice, last)).toEqual(done);
    expect(done.kind).toBe('complete');
  });

  it('finds the user logged in if it is another input, another user’s, or late', async () => {
    await login.submit(alice, phone(plain));
    await login.submit(alice, code('22222'));
    expect(await failureOf(login.submit(alice, code('33333')))).toMatchObject({ kind: 'already_logged_in' });
    expect(await failureOf(login.submit(bob, code('22222')))).toEqual({ kind: 'phone_code_not_requested' });
    await clock.advance(10 * minutes);
    expect(await failureOf(login.submit(alice, code('22222')))).toMatchObject({ kind: 'already_logged_in' });
    await login.sweep();
  });
});

describe('a code that is not a number', () => {
  it.each([
    ['+9996624030', 'merry-go-round'],
    ['+9996624040', ' two well-known birds sing '],
  ])('keeps its spaces and dashes: %s', async (number, text) => {
    await login.submit(alice, phone(number));
    expect(await login.submit(alice, code(text))).toMatchObject({ kind: 'complete' });
  });

  it('by e-mail is sent to Telegram as a code by e-mail, and shows the masked address', async () => {
    const sent = await login.submit(alice, phone('+9996624010'));
    expect(sent).toMatchObject({ kind: 'code', code: { delivery: 'email', hint: 's*****@example.org' } });
    await restart();
    expect(await login.submit(alice, code(' 22-222'))).toMatchObject({ kind: 'complete' });
  });
});

describe('a cloud password that is removed while it is required', () => {
  it('is no longer required: any answer logs in', async () => {
    await login.submit(alice, phone('+9996624060'));
    expect(await login.submit(alice, code('22222'))).toMatchObject({ kind: 'password' });
    await restart();
    expect(await login.submit(alice, password('any'))).toMatchObject({ kind: 'complete' });
  });

  it('restarts the login if Telegram no longer accepts the code', async () => {
    await login.submit(alice, phone('+9996624060'));
    await login.submit(alice, code('22222'));
    telegram.fail('signIn', { kind: 'phone_code_expired' });
    expect(await failureOf(login.submit(alice, password('any')))).toEqual({ kind: 'login_revoked' });
    expect(await login.submit(alice, phone('+9996624060'))).toMatchObject({ kind: 'code', code: { fresh: true } });
  });
});

describe('a request behind earlier work of the same user', () => {
  it('fails soon as Telegram does not answer, and can be repeated', async () => {
    await login.submit(alice, phone(plain));
    const release = telegram.hold('signIn');
    const first = login.submit(alice, code('22222'));
    const second = login.submit(alice, phone('+9996620235'));
    const third = login.whoAmI(alice);
    const faults = Promise.all([failureOf(second), failureOf(third)]);
    await clock.advance(25_001);
    release();
    expect(await first).toMatchObject({ kind: 'complete' });
    expect(await faults).toEqual([{ kind: 'telegram_unreachable' }, { kind: 'telegram_unreachable' }]);
    expect(telegram.calls('getMe')).toBe(0);
    expect(await login.whoAmI(alice)).toMatchObject({ isBot: false });
  });

  it('runs if the lock is acquired in time', async () => {
    await login.submit(alice, phone(plain));
    const release = telegram.hold('signIn');
    const first = login.submit(alice, code('22222'));
    const second = login.whoAmI(alice);
    await clock.advance(25_000);
    release();
    expect(await first).toMatchObject({ kind: 'complete' });
    expect(await second).toMatchObject({ isBot: false });
  });
});

describe('starting over', () => {
  it('with another number invalidates the first code and ends its session', async () => {
    await login.submit(alice, phone(withPassword));
    await login.submit(alice, code('22222'));
    await login.submit(alice, phone('+9996630001'));
    expect(await failureOf(login.submit(alice, password(magicPassword)))).toEqual({ kind: 'phone_code_not_entered' });
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(1);
    expect(await login.submit(alice, code('33333'))).toMatchObject({ kind: 'complete' });
  });

  it('with a number that does not exist does not change the first login', async () => {
    await login.submit(alice, phone(plain));
    expect(await failureOf(login.submit(alice, phone('+49301234567')))).toEqual({ kind: 'phone_number_invalid' });
    expect(await login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
  });

  it('is required after a code has expired', async () => {
    await login.submit(alice, phone(plain));
    telegram.expireCodes(numberOf(plain));
    expect(await failureOf(login.submit(alice, code('22222')))).toEqual({ kind: 'phone_code_expired' });
    expect(await failureOf(login.submit(alice, code('22222')))).toEqual({ kind: 'phone_code_not_requested' });
    expect(await login.submit(alice, phone(plain))).toMatchObject({ kind: 'code', code: { fresh: true } });
    expect(await login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
  });

  it('is required after Telegram has ended the session of a login process', async () => {
    await login.submit(alice, phone(withPassword));
    await login.submit(alice, code('22222'));
    telegram.endSessions('revoked');
    expect(await failureOf(login.submit(alice, password(magicPassword)))).toEqual({ kind: 'login_revoked' });
    await login.submit(alice, phone(withPassword));
    await login.submit(alice, code('22222'));
    expect(await login.submit(alice, password(magicPassword))).toMatchObject({ kind: 'complete' });
  });
});

describe('an abandoned login', () => {
  it('expires, and its session is ended at Telegram', async () => {
    await login.submit(alice, phone(plain));
    await clock.advance(30 * minutes);
    expect(await failureOf(login.submit(alice, code('22222')))).toEqual({ kind: 'phone_code_not_requested' });
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(1);
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(1);
  });

  it('expires later with each step', async () => {
    await login.submit(alice, phone(withPassword));
    await clock.advance(29 * minutes);
    await login.submit(alice, code('22222'));
    await clock.advance(29 * minutes);
    await login.sweep();
    expect(await login.submit(alice, password(magicPassword))).toMatchObject({ kind: 'complete' });
  });

  it('is ended at Telegram when it is reachable again', async () => {
    await login.submit(alice, phone(plain));
    await login.submit(bob, phone('+9996620001'));
    await clock.advance(30 * minutes);
    telegram.goDown();
    await login.sweep();
    telegram.comeBack();
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(1);
    await clock.advance(10 * minutes);
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(2);
  });

  it('is ended at Telegram however long it was unreachable, with attempts every hour at last', async () => {
    await login.submit(alice, phone(plain));
    await clock.advance(30 * minutes);
    telegram.goDown();
    for (let hour = 0; hour <= 72; hour++) {
      await login.sweep();
      await clock.advance(60 * minutes);
    }
    await login.sweep();
    telegram.comeBack();
    await clock.advance(59 * minutes);
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(0);
    await clock.advance(1 * minutes);
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(1);
  });

  it('that cannot be ended does not prevent the end of the others', async () => {
    const users = ['@a:example.org', '@b:example.org', '@c:example.org'].map(mxidOf);
    for (const [index, user] of users.entries()) await login.submit(user, phone(`+999662000${index}`));
    await clock.advance(30 * minutes);
    telegram.fail('logOut', { kind: 'unknown_error', name: 'SOME_NAME' });
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(3);
    await clock.advance(10 * minutes);
    await login.sweep();
    expect(telegram.calls('logOut')).toBe(4);
  });
});

describe('flood waits', () => {
  it('survive a restart and are counted down without requests to Telegram', async () => {
    telegram.fail('sendCode', { kind: 'flood_wait', retryAfterMs: 5 * minutes });
    expect(await failureOf(login.submit(alice, phone(plain)))).toEqual({
      kind: 'flood_wait',
      retryAfterMs: 5 * minutes,
    });
    login = startService();
    await clock.advance(minutes);
    expect(await failureOf(login.submit(alice, phone(plain)))).toEqual({
      kind: 'flood_wait',
      retryAfterMs: 4 * minutes,
    });
    expect(await failureOf(login.submit(bob, phone(plain)))).toMatchObject({ kind: 'flood_wait' });
    expect(telegram.calls('sendCode')).toBe(1);
    await clock.advance(4 * minutes);
    expect(await login.submit(alice, phone(plain))).toMatchObject({ kind: 'code' });
  });

  it('of one number do not apply to another', async () => {
    telegram.fail('sendCode', { kind: 'flood_wait', retryAfterMs: minutes });
    await failureOf(login.submit(alice, phone(plain)));
    expect(await login.submit(alice, phone('+9996620001'))).toMatchObject({ kind: 'code' });
  });

  it.each([
    ['signIn', code('22222')],
    ['checkPassword', password(magicPassword)],
  ] as const)('on %s do not change the login process', async (operation, input) => {
    await login.submit(alice, phone(withPassword));
    if (operation === 'checkPassword') await login.submit(alice, code('22222'));
    telegram.fail(operation, { kind: 'flood_wait', retryAfterMs: 1000 });
    expect(await failureOf(login.submit(alice, input))).toEqual({ kind: 'flood_wait', retryAfterMs: 1000 });
    await clock.advance(1000);
    expect(['password', 'complete']).toContain((await login.submit(alice, input)).kind);
  });
});

describe('a session that has moved to another data centre', () => {
  it('is stored although the request then failed', async () => {
    await login.submit(alice, phone(plain));
    await clock.advance(minutes);
    telegram.fail('sendCode', { kind: 'flood_wait', retryAfterMs: 1000 }, { movesTo: 3 });
    expect(await failureOf(login.submit(alice, phone(plain)))).toMatchObject({ kind: 'flood_wait' });
    await clock.advance(1000);
    const connects = telegram.calls('connect');
    expect(await login.submit(alice, phone(plain))).toMatchObject({ kind: 'code', code: { fresh: true } });
    expect(telegram.calls('connect')).toBe(connects);
  });
});

describe('the status of an account', () => {
  it('is requested from Telegram each time', async () => {
    await logIn(alice);
    await login.whoAmI(alice);
    await login.whoAmI(alice);
    expect(telegram.calls('getMe')).toBe(2);
  });

  it.each(['revoked', 'expired', 'deactivated', 'duplicated', 'auth_key_forgotten'] as const)(
    'a session that is %s is deleted at the next request, and the user can log in again',
    async (reason) => {
      await logIn(alice);
      telegram.endSessions(reason);
      expect(await failureOf(login.whoAmI(alice))).toEqual({ kind: 'not_logged_in' });
      expect(await logIn(alice)).toMatchObject({ kind: 'complete' });
      expect(await login.whoAmI(alice)).toMatchObject({ username: 'magic_2_0234' });
    },
  );

  it('is updated by a login attempt after the session has ended', async () => {
    await logIn(alice);
    expect(await failureOf(login.submit(alice, phone(plain)))).toMatchObject({ kind: 'already_logged_in' });
    telegram.endSessions('revoked');
    expect(await login.submit(alice, phone(plain))).toMatchObject({ kind: 'code' });
  });

  it('stays logged in while Telegram is unreachable', async () => {
    await logIn(alice);
    telegram.goDown();
    expect(await failureOf(login.whoAmI(alice))).toEqual({ kind: 'telegram_unreachable' });
    expect(await failureOf(login.submit(alice, phone(plain)))).toMatchObject({
      kind: 'already_logged_in',
      user: { username: 'magic_2_0234' },
    });
    telegram.comeBack();
    expect(await login.whoAmI(alice)).toMatchObject({ username: 'magic_2_0234' });
  });

  it('is logged out before the first login', async () => {
    expect(await failureOf(login.whoAmI(alice))).toEqual({ kind: 'not_logged_in' });
    expect(telegram.calls('connect')).toBe(0);
  });
});

describe('a Telegram account that is linked to another user', () => {
  it('is rejected, and the new authorization is logged out again', async () => {
    const first = await logIn(alice);
    expect(await failureOf(logIn(bob))).toEqual({ kind: 'telegram_account_taken' });
    const id = first.kind === 'complete' ? first.user.id : '';
    expect(telegram.logOuts()).toEqual([id]);
    expect(telegram.authorizations(id)).toBe(1);
    expect(await login.whoAmI(alice)).toMatchObject({ id });
    expect(await failureOf(login.whoAmI(bob))).toEqual({ kind: 'not_logged_in' });
  });

  it('is rejected for bots too', async () => {
    await login.submit(alice, token(botToken));
    expect(await failureOf(login.submit(bob, token(botToken)))).toEqual({ kind: 'telegram_account_taken' });
    expect(telegram.authorizations('2000020001')).toBe(1);
  });

  it('is linked to exactly one of two users who log in at once', async () => {
    await login.submit(alice, phone(plain));
    await login.submit(bob, phone(plain));
    const outcomes = await Promise.allSettled([login.submit(alice, code('22222')), login.submit(bob, code('22222'))]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(telegram.authorizations('9996620234')).toBe(1);
  });

  it('is logged out again later if Telegram is unreachable at that moment, also after a restart', async () => {
    await logIn(alice);
    await login.submit(bob, phone(plain));
    telegram.fail('logOut', { kind: 'unreachable' });
    expect(await failureOf(login.submit(bob, code('22222')))).toEqual({ kind: 'telegram_account_taken' });
    expect(telegram.authorizations('9996620234')).toBe(2);
    await restart();
    await clock.advance(10 * minutes);
    await login.sweep();
    expect(telegram.authorizations('9996620234')).toBe(1);
    expect(await login.whoAmI(alice)).toMatchObject({ username: 'magic_2_0234' });
  });

  it('is free if Telegram has ended the session of the other user', async () => {
    await logIn(alice);
    telegram.endSessions('revoked');
    expect(await logIn(bob)).toMatchObject({ kind: 'complete' });
    expect(await failureOf(login.whoAmI(alice))).toEqual({ kind: 'not_logged_in' });
  });

  it('is not free if Telegram cannot answer whether the other session is valid', async () => {
    await logIn(alice);
    await login.submit(bob, phone(plain));
    telegram.fail('getMe', { kind: 'unreachable' });
    expect(await failureOf(login.submit(bob, code('22222')))).toEqual({ kind: 'telegram_account_taken' });
    expect(await login.whoAmI(alice)).toMatchObject({ username: 'magic_2_0234' });
  });
});

describe('an unreachable Telegram', () => {
  it.each([
    ['the phone number', [], phone(withPassword)],
    ['the code', [phone(withPassword)], code('22222')],
    ['the password', [phone(withPassword), code('22222')], password(magicPassword)],
    ['the bot token', [], token(botToken)],
  ])('at %s is reported, and the same input succeeds later', async (_, before, input) => {
    for (const each of before) await login.submit(alice, each);
    telegram.goDown();
    expect(await failureOf(login.submit(alice, input))).toEqual({ kind: 'telegram_unreachable' });
    telegram.comeBack();
    expect(['code', 'password', 'complete']).toContain((await login.submit(alice, input)).kind);
  });

  it('that has accepted the code: the login is found complete', async () => {
    await login.submit(alice, phone(plain));
    telegram.loseAnswer('signIn');
    expect(await failureOf(login.submit(alice, code('22222')))).toEqual({ kind: 'telegram_unreachable' });
    expect(await login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
    expect(await login.whoAmI(alice)).toMatchObject({ username: 'magic_2_0234' });
  });

  it('that has accepted the bot token: the authorization is ended, and the same token succeeds', async () => {
    telegram.loseAnswer('signInBot');
    expect(await failureOf(login.submit(alice, token(botToken)))).toEqual({ kind: 'telegram_unreachable' });
    expect(await login.submit(alice, token(botToken))).toMatchObject({ kind: 'complete' });
    expect(telegram.authorizations('2000020001')).toBe(2);
    await login.sweep();
    expect(telegram.authorizations('2000020001')).toBe(1);
    expect(await login.whoAmI(alice)).toMatchObject({ isBot: true });
  });

  it('that has accepted the code, and is unreachable again at the check: the authorization is ended', async () => {
    await login.submit(alice, phone(plain));
    telegram.loseAnswer('signIn');
    await failureOf(login.submit(alice, code('22222')));
    telegram.fail('getMe', { kind: 'unreachable' });
    expect(await failureOf(login.submit(alice, code('22222')))).toEqual({ kind: 'phone_code_expired' });
    expect(telegram.authorizations('9996620234')).toBe(1);
    await login.sweep();
    expect(telegram.authorizations('9996620234')).toBe(0);
  });

  it.each([{ kind: 'unknown_error', name: 'SOME_NAME' }, { kind: 'client_rejected' }] as const)(
    'that fails for a bot with $kind after accepting the token: the authorization is ended',
    async (fault) => {
      telegram.loseAnswer('signInBot', fault);
      await failureOf(login.submit(alice, token(botToken)));
      expect(telegram.authorizations('2000020001')).toBe(1);
      await login.sweep();
      expect(telegram.authorizations('2000020001')).toBe(0);
    },
  );

  it('that has accepted the password: the login is found complete', async () => {
    await login.submit(alice, phone(withPassword));
    await login.submit(alice, code('22222'));
    telegram.loseAnswer('checkPassword');
    expect(await failureOf(login.submit(alice, password(magicPassword)))).toEqual({ kind: 'telegram_unreachable' });
    expect(await login.submit(alice, password(magicPassword))).toMatchObject({ kind: 'complete' });
    expect(telegram.authorizations('9996621234')).toBe(1);
  });
});
