import { describe, expect, it } from 'vitest';
import type { LoginProgress } from '../../../src/login/processes.js';
import { magicPassword } from '../../support/fake-telegram-accounts.js';
import { numberOf } from '../../support/magic-logins.js';
import {
  code,
  expireAfterMs,
  failureOf,
  minutes,
  mxidOf,
  password,
  phone,
  token,
  useLoginFixture,
} from '../../support/login-fixture.js';

const alice = mxidOf('@alice:example.org');
const bob = mxidOf('@bob:example.org');
const outsider = mxidOf('@outsider:elsewhere.org');
const plain = '+9996620234';
const withPassword = '+9996621234';
const botToken = '2000020001:SandboxBotTokenThatEveryoneMayKnow1';

const fixture = useLoginFixture();

/** Returns a login process by phone after these steps. */
async function begun(...steps: ('phone' | 'code')[]): Promise<LoginProgress> {
  let progress = await fixture.login.start(alice, { flow: 'phone' });
  for (const step of steps) {
    progress = await fixture.login.answer(
      alice,
      progress.loginId,
      step === 'phone' ? phone(withPassword) : code('22222'),
      step,
    );
  }
  return progress;
}

describe('a login process with metadata', () => {
  it('by phone shows one step after the other and numbers them', async () => {
    const first = await fixture.login.start(alice, { flow: 'phone' });
    const { loginId } = first;
    expect(first).toEqual({ loginId, flow: 'phone', stepNumber: 1, step: { kind: 'phone' }, complaint: null });
    expect(await fixture.login.answer(alice, loginId, phone(withPassword), 1)).toMatchObject({
      stepNumber: 2,
      step: { kind: 'code', code: { delivery: 'app', length: 5, nextDelivery: 'sms', fresh: true } },
    });
    const atPassword = await fixture.login.answer(alice, loginId, code('22222'), 2);
    expect(atPassword).toMatchObject({ stepNumber: 3, step: { kind: 'password', hint: 'an animal that is right' } });
    const done = await fixture.login.answer(alice, loginId, password(magicPassword), 3);
    expect(done).toMatchObject({ stepNumber: 4, step: { kind: 'complete', user: { username: 'magic_2_1234' } } });
    expect(await fixture.login.find(alice, loginId)).toEqual(done);
    expect(fixture.telegram.liveConnections()).toBe(0);
    expect(await fixture.login.whoAmI(alice)).toMatchObject({ username: 'magic_2_1234' });
  });

  it('by bot token takes one step', async () => {
    const { loginId, step } = await fixture.login.start(alice, { flow: 'bot' });
    expect(step).toEqual({ kind: 'bot_token' });
    const again = await fixture.login.answer(alice, loginId, token('1:x'), 1);
    expect(again).toMatchObject({ stepNumber: 2, step: { kind: 'bot_token' }, complaint: 'bot_token_invalid' });
    const done = await fixture.login.answer(alice, loginId, token(botToken), 2);
    expect(done).toMatchObject({ stepNumber: 3, step: { kind: 'complete', user: { isBot: true } } });
    expect(await fixture.login.answer(alice, loginId, token(botToken), 2)).toEqual(done);
    expect(fixture.telegram.calls('signInBot')).toBe(2);
    const stored = await fixture.database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0));
    expect(stored.map(({ id }) => id)).toEqual([loginId]);
  });

  it('requires permission', async () => {
    const { loginId } = await begun('phone');
    const attempts = [
      fixture.login.start(outsider, { flow: 'qr' }),
      fixture.login.answer(outsider, loginId, code('22222'), 2),
      fixture.login.find(outsider, loginId),
      fixture.login.awaitChange(outsider, loginId, 2),
      fixture.login.resend(outsider),
      fixture.login.cancel(outsider, loginId),
      fixture.login.cancelAll(outsider),
      fixture.login.accounts(outsider),
      fixture.login.logOut(outsider, 'all'),
      fixture.login.contacts(outsider),
    ];
    expect(await Promise.all(attempts.map(failureOf))).toEqual(attempts.map(() => ({ kind: 'not_permitted' })));
  });

  it('belongs to its owner and is unknown to other users', async () => {
    const { loginId } = await begun('phone');
    const attempts = [
      fixture.login.answer(bob, loginId, code('22222'), 2),
      fixture.login.find(bob, loginId),
      fixture.login.awaitChange(bob, loginId, 2),
      fixture.login.resend(bob, loginId),
      fixture.login.cancel(bob, loginId),
    ];
    expect(await Promise.all(attempts.map(failureOf))).toEqual(attempts.map(() => ({ kind: 'login_unknown' })));
    expect(await fixture.login.answer(alice, loginId, code('22222'), 2)).toMatchObject({ step: { kind: 'password' } });
  });

  it('accepts answers to the current step only', async () => {
    const { loginId } = await begun('phone');
    for (const [input, expecting] of [
      [password('x'), 'password'],
      [phone(plain), 'phone'],
      [code('22222'), 1],
      [code('22222'), 3],
      [password('x'), 2],
    ] as const) {
      expect(await failureOf(fixture.login.answer(alice, loginId, input, expecting))).toEqual({ kind: 'wrong_step' });
    }
    expect(fixture.telegram.calls('signIn')).toBe(0);
  });

  it('continues after a restart between any two steps', async () => {
    const { loginId } = await begun();
    await fixture.restart();
    await fixture.login.answer(alice, loginId, phone(withPassword), 1);
    await fixture.restart();
    await fixture.login.answer(alice, loginId, code('22222'), 2);
    await fixture.restart();
    const done = await fixture.login.answer(alice, loginId, password(magicPassword), 3);
    await fixture.restart();
    expect(await fixture.login.answer(alice, loginId, password(magicPassword), 3)).toEqual(done);
  });
});

describe('a wrong answer', () => {
  it('repeats the step with a complaint', async () => {
    const { loginId } = await begun('phone');
    expect(await fixture.login.answer(alice, loginId, code('11111'), 2)).toMatchObject({
      stepNumber: 3,
      step: { kind: 'code', code: { fresh: false } },
      complaint: 'phone_code_invalid',
    });
    await fixture.login.answer(alice, loginId, code('22222'), 3);
    expect(await fixture.login.answer(alice, loginId, password('wrong'), 'password')).toMatchObject({
      stepNumber: 5,
      step: { kind: 'password' },
      complaint: 'password_invalid',
    });
    expect(await fixture.login.answer(alice, loginId, password(magicPassword), 5)).toMatchObject({
      step: { kind: 'complete' },
      complaint: null,
    });
  });

  it('sent through 0.3.0 does not change the step of a login process with metadata', async () => {
    const before = await begun('phone');
    expect(await failureOf(fixture.login.submit(alice, code('11111')))).toEqual({ kind: 'phone_code_invalid' });
    expect(await fixture.login.find(alice, before.loginId)).toEqual(before);
  });

  it('that cannot be corrected leads back to the first step', async () => {
    const { loginId } = await begun('phone');
    fixture.telegram.expireCodes(numberOf(withPassword));
    const back = await fixture.login.answer(alice, loginId, code('22222'), 2);
    expect(back).toMatchObject({ stepNumber: 3, step: { kind: 'phone' }, complaint: 'phone_code_expired' });
    expect(await fixture.login.answer(alice, loginId, code('22222'), 2)).toEqual(back);
    await fixture.login.answer(alice, loginId, phone(plain), 3);
    expect(await fixture.login.answer(alice, loginId, code('22222'), 4)).toMatchObject({ step: { kind: 'complete' } });
  });

  it.each([
    ['not registered', '+9996623100', 'phone_number_unoccupied'],
    ['always too late', '+9996623500', 'phone_code_expired'],
  ])('for a number that is %s leads back to the number', async (_, number, complaint) => {
    const { loginId } = await begun();
    await fixture.login.answer(alice, loginId, phone(number), 1);
    const back = await fixture.login.answer(alice, loginId, code('22222'), 2);
    expect(back).toMatchObject({ step: { kind: 'phone' }, complaint });
  });

  it.each([
    ['no number', 'abc', 'phone_number_invalid'],
    ['a number that does not exist', '+4915112345', 'phone_number_invalid'],
    ['a banned number', '+9996623000', 'phone_number_banned'],
    ['a number without other apps', '+9996623200', 'phone_number_app_signup_forbidden'],
    ['an account that must have a login e-mail address first', '+9996624000', 'login_email_required'],
    ['a number that must pay', '+9996624020', 'payment_required'],
    ['a number that gets no code', '+9996624110', 'phone_code_unavailable'],
    ['a frozen account', '+9996624140', 'account_frozen'],
  ])('at the first step, %s, repeats the step with a complaint', async (_, text, complaint) => {
    const { loginId } = await begun();
    const again = await fixture.login.answer(alice, loginId, phone(text), 1);
    expect(again).toMatchObject({ stepNumber: 2, step: { kind: 'phone' }, complaint });
    expect(await fixture.login.answer(alice, loginId, phone(text), 1)).toEqual(again);
    expect(await fixture.login.answer(alice, loginId, phone(plain), 2)).toMatchObject({ step: { kind: 'code' } });
    expect(fixture.telegram.liveConnections()).toBe(1);
  });

  it.each([
    ['+9996624200', 'account_deactivated'],
    ['+9996624210', 'account_deactivated'],
  ])('is not the complaint if Telegram has deactivated the account %s', async (number, complaint) => {
    const { loginId } = await begun();
    await fixture.login.answer(alice, loginId, phone(number), 1);
    const back = await fixture.login.answer(alice, loginId, code('22222'), 2);
    expect(back).toMatchObject({ step: { kind: 'phone' }, complaint });
  });

  it('for a flooded number fails without changing the login process', async () => {
    const before = await begun();
    const fault = { kind: 'flood_wait', retryAfterMs: 5000 };
    expect(await failureOf(fixture.login.answer(alice, before.loginId, phone('+9996623304'), 1))).toEqual(fault);
    expect(await fixture.login.find(alice, before.loginId)).toEqual(before);
    expect(await fixture.login.answer(alice, before.loginId, phone(plain), 1)).toMatchObject({
      step: { kind: 'code' },
    });
  });

  it('to an unreachable Telegram succeeds when it is repeated later', async () => {
    const { loginId } = await begun('phone');
    fixture.telegram.goDown();
    expect(await failureOf(fixture.login.answer(alice, loginId, code('22222'), 2))).toEqual({
      kind: 'telegram_unreachable',
    });
    fixture.telegram.comeBack();
    expect(await fixture.login.answer(alice, loginId, code('22222'), 2)).toMatchObject({ step: { kind: 'password' } });
  });
});

describe('the same answer twice', () => {
  it('sent concurrently has one effect and one result', async () => {
    const { loginId } = await begun('phone');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => fixture.login.answer(alice, loginId, code('22222'), 2)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(fixture.telegram.calls('signIn')).toBe(1);
  });

  it.each([2, 'code'] as const)('sent later has one effect and one result (expecting %s)', async (expecting) => {
    const { loginId } = await begun('phone');
    const first = await fixture.login.answer(alice, loginId, code('22222'), expecting);
    await fixture.restart();
    expect(await fixture.login.answer(alice, loginId, code('22222'), expecting)).toEqual(first);
    expect(fixture.telegram.calls('signIn')).toBe(1);
  });

  it('that was wrong is not sent to Telegram again for the same step, but is for the repeated step', async () => {
    const { loginId } = await begun();
    await fixture.login.answer(alice, loginId, phone('+9996623600'), 1);
    const wrong = await fixture.login.answer(alice, loginId, code('22222'), 2);
    expect(wrong.complaint).toBe('phone_code_invalid');
    expect(await fixture.login.answer(alice, loginId, code('22222'), 2)).toEqual(wrong);
    expect(fixture.telegram.calls('signIn')).toBe(1);
    expect(await fixture.login.answer(alice, loginId, code('22222'), 3)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('that was wrong is another attempt if it has no step number and the step is repeated', async () => {
    const { loginId } = await begun();
    await fixture.login.answer(alice, loginId, phone('+9996623600'), 'phone');
    const wrong = await fixture.login.answer(alice, loginId, code('22222'), 'code');
    expect(wrong).toMatchObject({ step: { kind: 'code' }, complaint: 'phone_code_invalid' });
    expect(await fixture.login.answer(alice, loginId, code('22222'), 'code')).toMatchObject({
      step: { kind: 'complete' },
    });
    expect(fixture.telegram.calls('signIn')).toBe(2);
  });

  it('has the same result until the next answer', async () => {
    const { loginId } = await begun('phone', 'code');
    expect(await failureOf(fixture.login.answer(alice, loginId, phone(withPassword), 1))).toEqual({
      kind: 'wrong_step',
    });
  });
});

describe('an ended login process', () => {
  it('that was cancelled is reported as cancelled, and its session is ended', async () => {
    const { loginId } = await begun('phone');
    await fixture.login.cancel(alice, loginId);
    await fixture.login.cancel(alice, loginId);
    expect(fixture.telegram.calls('logOut')).toBe(1);
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_cancelled' });
    expect(await failureOf(fixture.login.answer(alice, loginId, code('22222'), 2))).toEqual({
      kind: 'login_cancelled',
    });
    expect(await failureOf(fixture.login.submit(alice, code('22222')))).toEqual({ kind: 'phone_code_not_requested' });
  });

  it('that was cancelled leaves no session if Telegram has ended it before', async () => {
    const { loginId } = await begun('phone');
    await fixture.restart();
    fixture.telegram.fail('connect', { kind: 'session_dead', reason: 'auth_key_forgotten' });
    await fixture.login.cancel(alice, loginId);
    await fixture.clock.advance(expireAfterMs);
    await fixture.login.sweep();
    expect(fixture.telegram.calls('logOut')).toBe(0);
  });

  it('that was cancelled before it had a session is reported as cancelled', async () => {
    const { loginId } = await begun();
    await fixture.login.cancel(alice, loginId);
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_cancelled' });
    await fixture.login.sweep();
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_cancelled' });
  });

  it.each([
    ['before a number', []],
    ['after a number', ['phone']],
  ] as const)('that was abandoned %s is reported as timed out for an hour after the sweep', async (_, steps) => {
    const { loginId } = await begun(...steps);
    await fixture.clock.advance(expireAfterMs);
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_timed_out' });
    await fixture.login.sweep();
    expect(await failureOf(fixture.login.answer(alice, loginId, phone(plain), 1))).toEqual({ kind: 'login_timed_out' });
    expect(await failureOf(fixture.login.cancel(alice, loginId))).toEqual({ kind: 'login_timed_out' });
    await fixture.clock.advance(60 * minutes);
    await fixture.login.sweep();
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_unknown' });
    expect(await fixture.database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0))).toEqual([]);
  });

  it('that is complete rejects further answers', async () => {
    const { loginId } = await begun('phone', 'code');
    await fixture.login.answer(alice, loginId, password(magicPassword), 3);
    expect(await failureOf(fixture.login.answer(alice, loginId, password('x'), 3))).toEqual({ kind: 'login_finished' });
    expect(await failureOf(fixture.login.cancel(alice, loginId))).toEqual({ kind: 'login_finished' });
    expect(await failureOf(fixture.login.resend(alice, loginId))).toEqual({ kind: 'login_finished' });
    expect(await fixture.login.find(alice, loginId)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('is evicted if there are too many: the one that was idle for longest', async () => {
    const first = await begun('phone');
    await fixture.clock.advance(1);
    for (let count = 1; count < 8; count++) await begun();
    expect(await fixture.login.find(alice, first.loginId)).toMatchObject({ step: { kind: 'code' } });
    await begun();
    expect(await failureOf(fixture.login.find(alice, first.loginId))).toEqual({ kind: 'login_cancelled' });
  });

  it('that was evicted before it had a session is deleted', async () => {
    const first = await begun();
    await fixture.clock.advance(1);
    for (let count = 1; count < 12; count++) await begun();
    expect(await failureOf(fixture.login.find(alice, first.loginId))).toEqual({ kind: 'login_unknown' });
    expect(await fixture.database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0))).toHaveLength(8);
  });

  it('is kept among the last eight of its owner', async () => {
    const loginIds: string[] = [];
    for (let count = 0; count < 9; count++) {
      const { loginId } = await begun();
      await fixture.login.cancel(alice, loginId);
      loginIds.push(loginId);
      await fixture.clock.advance(1);
    }
    const faults = await Promise.all(loginIds.map((loginId) => failureOf(fixture.login.find(alice, loginId))));
    expect(faults.map(({ kind }) => kind)).toEqual(['login_unknown', ...Array(8).fill('login_cancelled')]);
  });

  it('is kept until its session is ended, regardless of later ones', async () => {
    for (let count = 0; count < 20; count++) {
      const { loginId } = await begun();
      await fixture.login.answer(alice, loginId, phone(`+99966201${10 + count}`), 1);
      await fixture.clock.advance(1);
    }
    await fixture.login.cancelAll(alice);
    await fixture.login.sweep();
    expect(fixture.telegram.calls('logOut')).toBe(20);
  });

  it('can be each of the owner’s, including the one without metadata', async () => {
    const { loginId } = await begun('phone');
    const other = await fixture.login.start(alice, { flow: 'qr' });
    await fixture.login.submit(alice, phone('+9996620001'));
    await fixture.login.cancelAll(alice);
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_cancelled' });
    expect(await failureOf(fixture.login.find(alice, other.loginId))).toEqual({ kind: 'login_cancelled' });
    expect(await failureOf(fixture.login.submit(alice, code('22222')))).toEqual({ kind: 'phone_code_not_requested' });
  });

  it('that is unknown cannot be cancelled in place of all, whatever its ID', async () => {
    const { loginId } = await begun('phone');
    const oneIsUnknown = failureOf(fixture.login.cancel(alice, 'all'));
    await fixture.login.cancelAll(alice);
    expect(await oneIsUnknown).toEqual({ kind: 'login_unknown' });
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_cancelled' });
  });
});

describe('one machine for all dialects', () => {
  it('a login started through 0.3.0 is completed by ID, without another code', async () => {
    await fixture.login.submit(alice, phone(withPassword));
    await fixture.login.submit(alice, code('22222'));
    const { loginId } = await begun();
    const adopted = await fixture.login.answer(alice, loginId, phone(withPassword), 1);
    expect(adopted).toMatchObject({ stepNumber: 2, step: { kind: 'password', hint: 'an animal that is right' } });
    expect(await fixture.login.answer(alice, loginId, phone(withPassword), 1)).toEqual(adopted);
    await fixture.restart();
    expect(await fixture.login.answer(alice, loginId, password(magicPassword), 2)).toMatchObject({
      step: { kind: 'complete' },
    });
    expect(fixture.telegram.sentCodes()).toHaveLength(1);
    expect(fixture.telegram.authorizations('9996621234')).toBe(1);
  });

  it('a code requested through 0.3.0 is expected by ID, and 0.3.0 continues the same login', async () => {
    await fixture.login.submit(alice, phone(withPassword));
    const { loginId } = await begun();
    expect(await fixture.login.answer(alice, loginId, phone(withPassword), 1)).toMatchObject({
      step: { kind: 'code', code: { fresh: false } },
    });
    expect(await fixture.login.submit(alice, code('22222'))).toMatchObject({ kind: 'password' });
    expect(await fixture.login.find(alice, loginId)).toMatchObject({ stepNumber: 3, step: { kind: 'password' } });
    expect(await fixture.login.submit(alice, password(magicPassword))).toMatchObject({ kind: 'complete' });
    expect(await fixture.login.find(alice, loginId)).toMatchObject({ stepNumber: 4, step: { kind: 'complete' } });
  });

  it('0.3.0 continues a login that was started by ID', async () => {
    const { loginId } = await begun('phone');
    expect(await fixture.login.submit(alice, phone(withPassword))).toMatchObject({ code: { fresh: false } });
    await fixture.login.submit(alice, code('22222'));
    expect(await fixture.login.answer(alice, loginId, code('22222'), 2)).toMatchObject({ stepNumber: 3 });
    expect(await failureOf(fixture.login.answer(alice, loginId, code('33333'), 2))).toEqual({ kind: 'wrong_step' });
    await fixture.login.answer(alice, loginId, password(magicPassword), 3);
    expect(await failureOf(fixture.login.submit(alice, phone(plain)))).toMatchObject({ kind: 'already_logged_in' });
  });

  it('a login process without a number does not affect the others', async () => {
    const { loginId } = await begun();
    await fixture.login.submit(alice, phone(plain));
    expect(await fixture.login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
    expect(await fixture.login.find(alice, loginId)).toMatchObject({ step: { kind: 'phone' } });
  });

  it('another number sent through 0.3.0 ends the login process with metadata', async () => {
    const { loginId } = await begun('phone');
    await fixture.login.submit(alice, phone(plain));
    expect(await failureOf(fixture.login.find(alice, loginId))).toEqual({ kind: 'login_cancelled' });
  });

  it('the same number in a second login process moves the code there and ends the first', async () => {
    const first = await begun('phone');
    const second = await begun('phone');
    expect(second).toMatchObject({ step: { kind: 'code', code: { fresh: false } } });
    expect(await failureOf(fixture.login.find(alice, first.loginId))).toEqual({ kind: 'login_cancelled' });
    expect(await fixture.login.answer(alice, second.loginId, code('22222'), 2)).toMatchObject({
      step: { kind: 'password' },
    });
    expect(fixture.telegram.sentCodes()).toHaveLength(1);
    await fixture.login.sweep();
    expect(fixture.telegram.calls('logOut')).toBe(0);
  });

  it('a login process of another user with the same number is unaffected', async () => {
    await fixture.login.submit(bob, phone(withPassword));
    await begun('phone');
    expect(fixture.telegram.sentCodes()).toHaveLength(2);
    expect(await fixture.login.submit(bob, code('22222'))).toMatchObject({ kind: 'password' });
  });
});

describe('resending the code', () => {
  it('shows the pending code before `resendAt`, then uses the next delivery', async () => {
    const { loginId, stepNumber } = await begun('phone');
    await fixture.clock.advance(minutes - 1);
    expect(await fixture.login.resend(alice, loginId)).toMatchObject({ stepNumber, step: { code: { fresh: false } } });
    expect(fixture.telegram.calls('resendCode')).toBe(0);
    await fixture.clock.advance(1);
    const again = await fixture.login.resend(alice, loginId);
    expect(again).toMatchObject({
      stepNumber,
      step: { kind: 'code', code: { fresh: true, delivery: 'sms', nextDelivery: null } },
    });
    expect(await fixture.login.find(alice, loginId)).toEqual(again);
    await fixture.clock.advance(minutes);
    expect(await failureOf(fixture.login.resend(alice, loginId))).toEqual({ kind: 'resend_unavailable' });
    expect(await fixture.login.answer(alice, loginId, code('22222'), stepNumber)).toMatchObject({
      step: { kind: 'password' },
    });
  });

  it('without an ID applies to the login of 0.3.0', async () => {
    expect(await failureOf(fixture.login.resend(alice))).toEqual({ kind: 'login_unknown' });
    await fixture.login.submit(alice, phone(plain));
    await fixture.clock.advance(minutes);
    expect(await fixture.login.resend(alice)).toMatchObject({ step: { kind: 'code', code: { delivery: 'sms' } } });
    expect(await fixture.login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
  });

  it('is rejected at another step', async () => {
    const first = await begun();
    expect(await failureOf(fixture.login.resend(alice, first.loginId))).toEqual({ kind: 'wrong_step' });
  });

  it('leads back to the number if the code has expired', async () => {
    const { loginId } = await begun('phone');
    await fixture.clock.advance(minutes);
    fixture.telegram.expireCodes(numberOf(withPassword));
    expect(await fixture.login.resend(alice, loginId)).toMatchObject({
      step: { kind: 'phone' },
      complaint: 'phone_code_expired',
    });
  });
});

describe('at the same time', () => {
  it('a cancellation waits for the current answer and finds the login complete', async () => {
    const { loginId } = await begun('phone', 'code');
    const release = fixture.telegram.hold('checkPassword');
    const answer = fixture.login.answer(alice, loginId, password(magicPassword), 3);
    const cancel = failureOf(fixture.login.cancel(alice, loginId));
    release();
    expect(await answer).toMatchObject({ step: { kind: 'complete' } });
    expect(await cancel).toEqual({ kind: 'login_finished' });
    expect(await fixture.login.whoAmI(alice)).toMatchObject({ username: 'magic_2_1234' });
  });

  it('an answer after a cancellation finds the login cancelled', async () => {
    const { loginId } = await begun('phone', 'code');
    const cancel = fixture.login.cancel(alice, loginId);
    expect(await failureOf(fixture.login.answer(alice, loginId, password(magicPassword), 3))).toEqual({
      kind: 'login_cancelled',
    });
    await cancel;
    expect(fixture.telegram.authorizations('9996621234')).toBe(0);
  });

  it('a login that starts while another completes is not ended by it', async () => {
    const { loginId } = await begun('phone', 'code');
    const release = fixture.telegram.hold('checkPassword');
    const answer = fixture.login.answer(alice, loginId, password(magicPassword), 3);
    const started = fixture.login.start(alice, { flow: 'phone' });
    release();
    await answer;
    expect(await fixture.login.find(alice, (await started).loginId)).toMatchObject({ step: { kind: 'phone' } });
  });

  it('two starts create two login processes', async () => {
    const starts = [fixture.login.start(alice, { flow: 'phone' }), fixture.login.start(alice, { flow: 'phone' })];
    const [one, other] = await Promise.all(starts);
    expect(one?.loginId).not.toBe(other?.loginId);
  });
});
