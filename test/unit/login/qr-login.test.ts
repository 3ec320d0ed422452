import { describe, expect, it } from 'vitest';
import type { LoginProgress } from '../../../src/login/processes.js';
import { magicPassword } from '../../support/fake-telegram-accounts.js';
import {
  expireAfterMs,
  faultOf,
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
const desk = useLoginFixture({ maxListening });

const start = () => desk.login.start(alice, { flow: 'qr' });
const wait = ({ loginId, stepNumber }: LoginProgress, signal?: AbortSignal) =>
  desk.login.awaitChange(alice, loginId, stepNumber, signal);

describe('a login by QR code', () => {
  it('shows a code and is complete when it is scanned', async () => {
    const shown = await start();
    expect(shown).toMatchObject({
      flow: 'qr',
      stepNumber: 1,
      step: { kind: 'qr', expiresAt: desk.clock.now() + 30 * seconds },
    });
    expect(urlOf(shown).reveal()).toMatch(/^tg:\/\/login\?token=[\w-]+$/);
    const waiting = wait(shown);
    await desk.telegram.untilListening(1);
    desk.telegram.acceptLoginToken(urlOf(shown), near);
    expect(await waiting).toMatchObject({
      stepNumber: 2,
      step: { kind: 'complete', user: { username: 'magic_1_0234' } },
    });
    expect(desk.telegram.liveConnections()).toBe(0);
    expect(await desk.login.whoAmI(alice)).toMatchObject({ username: 'magic_1_0234' });
  });

  it.each([
    ['at the same data centre', nearWithPassword],
    ['at another one', farWithPassword],
  ])('requires the cloud password of an account %s, with its hint', async (_, number) => {
    const shown = await start();
    desk.telegram.acceptLoginToken(urlOf(shown), number);
    const { loginId, ...next } = await wait(shown);
    expect(next).toMatchObject({ stepNumber: 2, step: { kind: 'password', hint: 'an animal that is right' } });
    expect(await desk.login.answer(alice, loginId, password('wrong'), 2)).toMatchObject({
      complaint: 'password_invalid',
    });
    await desk.restart();
    expect(await desk.login.answer(alice, loginId, password(magicPassword), 3)).toMatchObject({
      step: { kind: 'complete' },
    });
    expect(desk.telegram.authorizations(number.reveal().slice(1))).toBe(1);
  });

  it('accepts its password through 0.3.0 too', async () => {
    const shown = await start();
    desk.telegram.acceptLoginToken(urlOf(shown), farWithPassword);
    await wait(shown);
    expect(await desk.login.submit(alice, password(magicPassword))).toMatchObject({ kind: 'complete' });
    expect(await desk.login.find(alice, shown.loginId)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('follows the scanning account to another data centre', async () => {
    const shown = await start();
    desk.telegram.acceptLoginToken(urlOf(shown), far);
    expect(await wait(shown)).toMatchObject({ step: { kind: 'complete', user: { username: 'magic_2_0234' } } });
  });

  it('shows another code when the first has expired, and accepts that', async () => {
    const first = await start();
    const waiting = wait(first);
    await desk.telegram.untilListening(1);
    await desk.clock.advance(30 * seconds);
    const second = await waiting;
    expect(second).toMatchObject({ stepNumber: 2, step: { kind: 'qr', expiresAt: desk.clock.now() + 30 * seconds } });
    expect(urlOf(second).reveal()).not.toBe(urlOf(first).reveal());
    desk.telegram.acceptLoginToken(urlOf(second), far);
    expect(await wait(second)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('returns the current step at once to clients that have seen another step', async () => {
    const { loginId, stepNumber } = await start();
    expect(await desk.login.awaitChange(alice, loginId, stepNumber - 1)).toMatchObject({ stepNumber });
    const { loginId: other } = await desk.login.start(alice, { flow: 'phone' });
    expect(await desk.login.awaitChange(alice, other, 1)).toMatchObject({ step: { kind: 'phone' } });
  });

  it('notices a scan while no client waits', async () => {
    const shown = await start();
    desk.telegram.acceptLoginToken(urlOf(shown), near);
    expect(await wait(shown)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('times out unless it is scanned, however long a client shows it', async () => {
    let shown = await start();
    for (let elapsed = 0; elapsed < expireAfterMs; elapsed += 30 * seconds) {
      const waiting = wait(shown);
      await desk.telegram.untilListening(1);
      await desk.clock.advance(30 * seconds);
      const outcome = await waiting.catch((error: unknown) => error);
      if (elapsed + 30 * seconds < expireAfterMs) shown = outcome as LoginProgress;
      else expect(outcome).toMatchObject({ fact: { kind: 'login_timed_out' } });
    }
    await desk.login.sweep();
    expect(desk.telegram.calls('logOut')).toBe(1);
    expect(desk.telegram.liveConnections()).toBe(0);
  });

  it('rejects other answers', async () => {
    const { loginId } = await start();
    expect(await faultOf(desk.login.answer(alice, loginId, phone('+9996620001'), 'phone'))).toEqual({
      kind: 'wrong_step',
    });
  });
});

describe('a login by QR code continues', () => {
  it('after a restart, with another code for the same session', async () => {
    const shown = await start();
    await desk.restart();
    const renewed = await wait(shown);
    expect(renewed).toMatchObject({ stepNumber: 2, step: { kind: 'qr' } });
    desk.telegram.acceptLoginToken(urlOf(renewed), far);
    expect(await wait(renewed)).toMatchObject({ step: { kind: 'complete' } });
    expect(desk.telegram.authorizations('9996620234')).toBe(1);
  });

  it.each([near, far, farWithPassword])('after it was scanned while the daemon was stopped (%s)', async (number) => {
    const shown = await start();
    await desk.restart();
    desk.telegram.acceptLoginToken(urlOf(shown), number);
    const { step } = await wait(shown);
    expect(['complete', 'password']).toContain(step.kind);
  });

  it('when Telegram’s update about the scan is lost with the connection', async () => {
    const shown = await start();
    const waiting = wait(shown);
    await desk.telegram.untilListening(1);
    desk.telegram.acceptLoginToken(urlOf(shown), near, { unheard: true });
    desk.telegram.shakeConnections();
    expect(await waiting).toMatchObject({ step: { kind: 'complete' } });
  });

  it.each([
    ['exportLoginToken', near],
    ['importLoginToken', far],
  ] as const)('when the answer to %s is lost, and the daemon dies of it', async (operation, number) => {
    const shown = await start();
    desk.telegram.acceptLoginToken(urlOf(shown), number);
    desk.telegram.loseAnswer(operation);
    desk.telegram.fail('connect', { kind: 'unreachable' });
    const waiting = wait(shown).catch((error: unknown) => error);
    await desk.clock.advance(minutes);
    await desk.restart();
    await waiting;
    const done = await desk.login.awaitChange(alice, shown.loginId, shown.stepNumber);
    expect(done).toMatchObject({ step: { kind: 'complete' } });
    expect(desk.telegram.authorizations(number.reveal().slice(1))).toBe(1);
    expect(desk.telegram.liveConnections()).toBe(0);
  });

  it('after Telegram was unreachable for a while, unnoticed by waiting clients', async () => {
    const shown = await start();
    const waiting = wait(shown);
    await desk.telegram.untilListening(1);
    desk.telegram.goDown();
    desk.telegram.shakeConnections();
    await desk.clock.advance(5 * seconds);
    desk.telegram.comeBack();
    desk.telegram.acceptLoginToken(urlOf(shown), far);
    expect(await desk.passTime(waiting)).toMatchObject({ step: { kind: 'complete' } });
  });

  it('with a new session and a complaint after Telegram has ended its own', async () => {
    const shown = await start();
    desk.telegram.endSessions('auth_key_forgotten');
    desk.telegram.shakeConnections();
    const renewed = await wait(shown);
    expect(renewed).toMatchObject({ step: { kind: 'qr' }, complaint: 'login_revoked' });
    desk.telegram.acceptLoginToken(urlOf(renewed), far);
    expect(await wait(renewed)).toMatchObject({ step: { kind: 'complete' }, complaint: null });
  });

  it('with a new code after Telegram has ended its session before the password', async () => {
    const shown = await start();
    desk.telegram.acceptLoginToken(urlOf(shown), farWithPassword);
    const { loginId } = await wait(shown);
    desk.telegram.endSessions('revoked');
    const renewed = await desk.login.answer(alice, loginId, password(magicPassword), 'password');
    expect(renewed).toMatchObject({ step: { kind: 'qr' }, complaint: 'login_revoked' });
    expect(await desk.login.answer(alice, loginId, password(magicPassword), 'password')).toEqual(renewed);
  });
});

describe('a QR code that expires between its scan and its import', () => {
  it('is followed by the next one at the data centre to which the login moved', async () => {
    const first = await start();
    desk.telegram.fail('importLoginToken', { kind: 'login_token_invalid' });
    desk.telegram.acceptLoginToken(urlOf(first), far);
    const next = await wait(first);
    expect(next).toMatchObject({ step: { kind: 'qr' }, complaint: null });
    expect(next.stepNumber).toBe(first.stepNumber + 1);
    expect(urlOf(next).equals(urlOf(first))).toBe(false);
    desk.telegram.acceptLoginToken(urlOf(next), far);
    expect(await wait(next)).toMatchObject({ step: { kind: 'complete' } });
  });

  it.each([
    ['is scanned at the same data centre', '+9996614060', 'complete'],
    ['is scanned at another one, which no longer accepts the token', '+9996624060', 'qr'],
  ])('continues without a password that is removed meanwhile: %s', async (_, number, kind) => {
    const first = await start();
    desk.telegram.acceptLoginToken(urlOf(first), numberOf(number));
    const atPassword = await wait(first);
    expect(atPassword).toMatchObject({ step: { kind: 'password' } });
    const next = await desk.login.answer(alice, first.loginId, password('any'), atPassword.stepNumber);
    expect(next).toMatchObject({ step: { kind } });
  });
});

describe('clients that wait with a QR code', () => {
  it('receive an error if Telegram stays unreachable', async () => {
    const shown = await start();
    desk.telegram.goDown();
    desk.telegram.shakeConnections();
    const fault = await desk.passTime(faultOf(wait(shown)));
    expect(fault).toEqual({ kind: 'telegram_unreachable' });
    desk.telegram.comeBack();
    expect(await wait(shown)).toMatchObject({ step: { kind: 'qr' } });
  });

  it('receive the cancellation at once, and its session is ended', async () => {
    const shown = await start();
    const waiting = faultOf(wait(shown));
    await desk.telegram.untilListening(1);
    await desk.login.cancel(alice, shown.loginId);
    expect(await waiting).toEqual({ kind: 'login_cancelled' });
    expect(desk.telegram.calls('logOut')).toBe(1);
    expect(desk.telegram.liveConnections()).toBe(0);
  });

  it('cause no request to Telegram when another user tries to cancel it', async () => {
    const shown = await start();
    const waiting = wait(shown);
    await desk.telegram.untilListening(1);
    expect(await faultOf(desk.login.cancel(mxidOf('@bob:example.org'), shown.loginId))).toEqual({
      kind: 'login_unknown',
    });
    desk.telegram.acceptLoginToken(urlOf(shown), near);
    expect(await waiting).toMatchObject({ step: { kind: 'complete' } });
    expect(desk.telegram.calls('getMe')).toBe(0);
  });

  it('may disconnect without changing the login process', async () => {
    const shown = await start();
    const leaving = new AbortController();
    const waiting = wait(shown, leaving.signal);
    await desk.telegram.untilListening(1);
    leaving.abort();
    expect(await waiting).toEqual(shown);
    await desk.telegram.untilListening(0);
    expect(await wait(shown, AbortSignal.abort())).toEqual(shown);
  });

  it('may be several on one connection, and one of them may disconnect', async () => {
    const shown = await start();
    const leaving = new AbortController();
    const [left, stayed] = [wait(shown, leaving.signal), wait(shown)];
    await desk.telegram.untilListening(1);
    leaving.abort();
    expect(await left).toEqual(shown);
    desk.telegram.acceptLoginToken(urlOf(shown), near);
    expect(await stayed).toMatchObject({ step: { kind: 'complete' } });
    expect(desk.telegram.calls('connect')).toBe(1);
  });

  it('are served later without a connection of their own if too many wait', async () => {
    const owners = Array.from({ length: maxListening + 2 }, (_, index) => mxidOf(`@user${index}:example.org`));
    const logins = await Promise.all(
      owners.map(async (owner) => ({ owner, shown: await desk.login.start(owner, { flow: 'qr' }) })),
    );
    const waits = logins.map(({ owner, shown }) => desk.login.awaitChange(owner, shown.loginId, shown.stepNumber));
    await desk.telegram.untilListening(maxListening);
    for (const [index, { shown }] of logins.entries()) {
      desk.telegram.acceptLoginToken(urlOf(shown), numberOf(`+999661010${index}`));
    }
    const ends = await desk.passTime(Promise.all(waits));
    expect(ends.map(({ step }) => step.kind)).toEqual(owners.map(() => 'complete'));
  });
});
