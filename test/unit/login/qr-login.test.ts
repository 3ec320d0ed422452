import { describe, expect, it } from 'vitest';
import type { LoginProgress } from '../../../src/login/processes.js';
import { magicPassword } from '../../support/fake-telegram-accounts.js';
import {
  expireAfterMs,
  failureOf,
  minutes,
  mxidOf,
  password,
  phone,
  urlOf,
  useLoginFixture,
} from '../../support/login-fixture.js';
import { numberOf } from '../../support/magic-logins.js';

const alice = mxidOf('@alice:example.org');
const seconds = 1000;
/** Accounts at the data centre of new sessions, and at another one. */
const near = numberOf('+9996610234');
const far = numberOf('+9996620234');
const nearWithPassword = numberOf('+9996611234');
const farWithPassword = numberOf('+9996621234');

const maxListening = 4;
const fixture = useLoginFixture({ maxListening });

const start = () => fixture.login.start(alice, { flow: 'qr' });
const wait = ({ loginId, stepNumber }: LoginProgress, signal?: AbortSignal) =>
  fixture.login.awaitChange(alice, loginId, stepNumber, signal);

describe('a login by QR code', () => {
  it('shows a code and is complete when it is scanned', async () => {
    const shown = await start();
    expect(shown).toMatchObject({
      flow: 'qr',
      stepNumber: 1,
      step: { kind: 'qr', expiresAt: fixture.clock.now() + 30 * seconds },
    });
    expect(urlOf(shown).reveal()).toMatch(/^tg:\/\/login\?token=[\w-]+$/);
    const waiting = wait(shown);
    await fixture.telegram.untilListening(1);
    fixture.telegram.acceptLoginToken(urlOf(shown), near);
    expect(await waiting).toMatchObject({
      stepNumber: 2,
      step: { kind: 'complete', user: { username: 'magic_1_0234' } },
    });
    expect(fixture.telegram.liveConnections()).toBe(0);
    expect(await fixture.login.whoAmI(alice)).toMatchObject({ username: 'magic_1_0234' });
  });

  it.each([
    ['at the same data centre', nearWithPassword],
    ['at another one', farWithPassword],
  ])('requires the cloud password of an account %s, with its hint', async (_, number) => {
    const shown = await start();
    fixture.telegram.acceptLoginToken(urlOf(shown), number);
    const { loginId, ...next } = await wait(shown);
    expect(next).toMatchObject({ stepNumber: 2, step: { kind: 'password', hint: 'an animal that is right' } });
    expect(await fixture.login.answer(alice, loginId, password('wrong'), 2)).toMatchObject({
      complaint: 'password_invalid',
    });
    await fixture.restart();
    expect(await fixture.login.answer(alice, loginId, password(magicPassword), 3)).toMatchObject({
      step: { kind: 'complete' },
    });
    expect(fixture.telegram.authorizations(number.reveal().slice(1))).toBe(1);
  });

  it('accepts its password through 0.3.0 too', async () => {
    const shown = await start();
    fixture.telegram.acceptLoginToken(urlOf(shown), farWithPassword);
    await wait(shown);
    expect(await fixture.login.submit(alice, password(magicPassword))).toMatchObject({ kind: 'complete' });
    expect(await fixture.login.find(alice, shown.loginId)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('follows the scanning account to another data centre', async () => {
    const shown = await start();
    fixture.telegram.acceptLoginToken(urlOf(shown), far);
    expect(await wait(shown)).toMatchObject({ step: { kind: 'complete', user: { username: 'magic_2_0234' } } });
  });

  it('shows another code when the first has expired, and accepts that', async () => {
    const first = await start();
    const waiting = wait(first);
    await fixture.telegram.untilListening(1);
    await fixture.clock.advance(30 * seconds);
    const second = await waiting;
    expect(second).toMatchObject({
      stepNumber: 2,
      step: { kind: 'qr', expiresAt: fixture.clock.now() + 30 * seconds },
    });
    expect(urlOf(second).reveal()).not.toBe(urlOf(first).reveal());
    fixture.telegram.acceptLoginToken(urlOf(second), far);
    expect(await wait(second)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('returns the current step at once to clients that have seen another step', async () => {
    const { loginId, stepNumber } = await start();
    expect(await fixture.login.awaitChange(alice, loginId, stepNumber - 1)).toMatchObject({ stepNumber });
    const { loginId: other } = await fixture.login.start(alice, { flow: 'phone' });
    expect(await fixture.login.awaitChange(alice, other, 1)).toMatchObject({ step: { kind: 'phone' } });
  });

  it('notices a scan while no client waits', async () => {
    const shown = await start();
    fixture.telegram.acceptLoginToken(urlOf(shown), near);
    expect(await wait(shown)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('times out unless it is scanned, however long a client shows it', async () => {
    let shown = await start();
    for (let elapsed = 0; elapsed < expireAfterMs; elapsed += 30 * seconds) {
      const waiting = wait(shown);
      await fixture.telegram.untilListening(1);
      await fixture.clock.advance(30 * seconds);
      const outcome = await waiting.catch((error: unknown) => error);
      if (elapsed + 30 * seconds < expireAfterMs) shown = outcome as LoginProgress;
      else expect(outcome).toMatchObject({ details: { kind: 'login_timed_out' } });
    }
    await fixture.login.sweep();
    expect(fixture.telegram.calls('logOut')).toBe(1);
    expect(fixture.telegram.liveConnections()).toBe(0);
  });

  it('rejects other answers', async () => {
    const { loginId } = await start();
    expect(await failureOf(fixture.login.answer(alice, loginId, phone('+9996620001'), 'phone'))).toEqual({
      kind: 'wrong_step',
    });
  });
});

describe('a login by QR code continues', () => {
  it('after a restart, with another code for the same session', async () => {
    const shown = await start();
    await fixture.restart();
    const renewed = await wait(shown);
    expect(renewed).toMatchObject({ stepNumber: 2, step: { kind: 'qr' } });
    fixture.telegram.acceptLoginToken(urlOf(renewed), far);
    expect(await wait(renewed)).toMatchObject({ step: { kind: 'complete' } });
    expect(fixture.telegram.authorizations('9996620234')).toBe(1);
  });

  it.each([
    { account: 'at the same data centre', number: near },
    { account: 'at another data centre', number: far },
    { account: 'with a password at another data centre', number: farWithPassword },
  ])('after an account $account scanned it while the daemon was stopped', async ({ number }) => {
    const shown = await start();
    await fixture.restart();
    fixture.telegram.acceptLoginToken(urlOf(shown), number);
    const { step } = await wait(shown);
    expect(['complete', 'password']).toContain(step.kind);
  });

  it('when Telegram’s update about the scan is lost with the connection', async () => {
    const shown = await start();
    const waiting = wait(shown);
    await fixture.telegram.untilListening(1);
    fixture.telegram.acceptLoginToken(urlOf(shown), near, { unheard: true });
    fixture.telegram.shakeConnections();
    expect(await waiting).toMatchObject({ step: { kind: 'complete' } });
  });

  it.each([
    ['exportLoginToken', near],
    ['importLoginToken', far],
  ] as const)('when the answer to %s is lost, and the daemon dies of it', async (operation, number) => {
    const shown = await start();
    fixture.telegram.acceptLoginToken(urlOf(shown), number);
    fixture.telegram.loseAnswer(operation);
    fixture.telegram.fail('connect', { kind: 'unreachable' });
    const waiting = wait(shown).catch((error: unknown) => error);
    await fixture.clock.advance(minutes);
    await fixture.restart();
    await waiting;
    const done = await fixture.login.awaitChange(alice, shown.loginId, shown.stepNumber);
    expect(done).toMatchObject({ step: { kind: 'complete' } });
    expect(fixture.telegram.authorizations(number.reveal().slice(1))).toBe(1);
    expect(fixture.telegram.liveConnections()).toBe(0);
  });

  it('after Telegram was unreachable for a while, unnoticed by waiting clients', async () => {
    const shown = await start();
    const waiting = wait(shown);
    await fixture.telegram.untilListening(1);
    fixture.telegram.goDown();
    fixture.telegram.shakeConnections();
    await fixture.clock.advance(5 * seconds);
    fixture.telegram.comeBack();
    fixture.telegram.acceptLoginToken(urlOf(shown), far);
    expect(await fixture.passTime(waiting)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('with a new session and a complaint after Telegram has ended its own', async () => {
    const shown = await start();
    fixture.telegram.endSessions('auth_key_forgotten');
    fixture.telegram.shakeConnections();
    const renewed = await wait(shown);
    expect(renewed).toMatchObject({ step: { kind: 'qr' }, complaint: 'login_revoked' });
    fixture.telegram.acceptLoginToken(urlOf(renewed), far);
    expect(await wait(renewed)).toMatchObject({ step: { kind: 'complete' }, complaint: null });
  });

  it('with a new code after Telegram has ended its session before the password', async () => {
    const shown = await start();
    fixture.telegram.acceptLoginToken(urlOf(shown), farWithPassword);
    const { loginId } = await wait(shown);
    fixture.telegram.endSessions('revoked');
    const renewed = await fixture.login.answer(alice, loginId, password(magicPassword), 'password');
    expect(renewed).toMatchObject({ step: { kind: 'qr' }, complaint: 'login_revoked' });
    expect(await fixture.login.answer(alice, loginId, password(magicPassword), 'password')).toEqual(renewed);
  });
});

describe('a QR code that expires between its scan and its import', () => {
  it('is followed by the next one at the data centre to which the login moved', async () => {
    const first = await start();
    fixture.telegram.fail('importLoginToken', { kind: 'login_token_invalid' });
    fixture.telegram.acceptLoginToken(urlOf(first), far);
    const next = await wait(first);
    expect(next).toMatchObject({ step: { kind: 'qr' }, complaint: null });
    expect(next.stepNumber).toBe(first.stepNumber + 1);
    expect(urlOf(next).equals(urlOf(first))).toBe(false);
    fixture.telegram.acceptLoginToken(urlOf(next), far);
    expect(await wait(next)).toMatchObject({ step: { kind: 'complete' } });
  });

  it.each([
    ['is scanned at the same data centre', '+9996614060', 'complete'],
    ['is scanned at another one, which no longer accepts the token', '+9996624060', 'qr'],
  ])('continues without a password that is removed meanwhile: %s', async (_, number, kind) => {
    const first = await start();
    fixture.telegram.acceptLoginToken(urlOf(first), numberOf(number));
    const atPassword = await wait(first);
    expect(atPassword).toMatchObject({ step: { kind: 'password' } });
    const next = await fixture.login.answer(alice, first.loginId, password('any'), atPassword.stepNumber);
    expect(next).toMatchObject({ step: { kind } });
  });
});

describe('clients that wait with a QR code', () => {
  it('receive an error if Telegram stays unreachable', async () => {
    const shown = await start();
    fixture.telegram.goDown();
    fixture.telegram.shakeConnections();
    const fault = await fixture.passTime(failureOf(wait(shown)));
    expect(fault).toEqual({ kind: 'telegram_unreachable' });
    fixture.telegram.comeBack();
    expect(await wait(shown)).toMatchObject({ step: { kind: 'qr' } });
  });

  it('receive the cancellation at once, and its session is ended', async () => {
    const shown = await start();
    const waiting = failureOf(wait(shown));
    await fixture.telegram.untilListening(1);
    await fixture.login.cancel(alice, shown.loginId);
    expect(await waiting).toEqual({ kind: 'login_cancelled' });
    expect(fixture.telegram.calls('logOut')).toBe(1);
    expect(fixture.telegram.liveConnections()).toBe(0);
  });

  it('cause no request to Telegram when another user tries to cancel it', async () => {
    const shown = await start();
    const waiting = wait(shown);
    await fixture.telegram.untilListening(1);
    expect(await failureOf(fixture.login.cancel(mxidOf('@bob:example.org'), shown.loginId))).toEqual({
      kind: 'login_unknown',
    });
    fixture.telegram.acceptLoginToken(urlOf(shown), near);
    expect(await waiting).toMatchObject({ step: { kind: 'complete' } });
    expect(fixture.telegram.calls('getMe')).toBe(0);
  });

  it('may disconnect without changing the login process', async () => {
    const shown = await start();
    const leaving = new AbortController();
    const waiting = wait(shown, leaving.signal);
    await fixture.telegram.untilListening(1);
    leaving.abort();
    expect(await waiting).toEqual(shown);
    await fixture.telegram.untilListening(0);
    expect(await wait(shown, AbortSignal.abort())).toEqual(shown);
  });

  it('may be several on one connection, and one of them may disconnect', async () => {
    const shown = await start();
    const leaving = new AbortController();
    const [left, stayed] = [wait(shown, leaving.signal), wait(shown)];
    await fixture.telegram.untilListening(1);
    leaving.abort();
    expect(await left).toEqual(shown);
    fixture.telegram.acceptLoginToken(urlOf(shown), near);
    expect(await stayed).toMatchObject({ step: { kind: 'complete' } });
    expect(fixture.telegram.calls('connect')).toBe(1);
  });

  it('are limited for each user', async () => {
    const shown = await start();
    const waits = Array.from({ length: 16 }, () => wait(shown));
    await fixture.telegram.untilListening(1);
    expect(await failureOf(wait(shown))).toEqual({ kind: 'asked_too_often', retryAfterMs: 3_000 });
    fixture.telegram.acceptLoginToken(urlOf(shown), near);
    expect((await Promise.all(waits)).map(({ step }) => step.kind)).toEqual(waits.map(() => 'complete'));
    expect(await wait(shown)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('are served later without a connection of their own if too many wait', async () => {
    const owners = Array.from({ length: maxListening + 2 }, (_, index) => mxidOf(`@user${index}:example.org`));
    const logins = await Promise.all(
      owners.map(async (owner) => ({ owner, shown: await fixture.login.start(owner, { flow: 'qr' }) })),
    );
    const waits = logins.map(({ owner, shown }) => fixture.login.awaitChange(owner, shown.loginId, shown.stepNumber));
    await fixture.telegram.untilListening(maxListening);
    for (const [index, { shown }] of logins.entries()) {
      fixture.telegram.acceptLoginToken(urlOf(shown), numberOf(`+999661010${index}`));
    }
    const ends = await fixture.passTime(Promise.all(waits));
    expect(ends.map(({ step }) => step.kind)).toEqual(owners.map(() => 'complete'));
  });
});
