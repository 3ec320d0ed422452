import { describe, expect, it } from 'vitest';
import { code, failureOf, minutes, mxidOf, phone, token, useLoginFixture } from '../../support/login-fixture.js';

const alice = mxidOf('@alice:example.org');
const bob = mxidOf('@bob:example.org');
const plain = '+9996620234';
const others = ['+9996620235', '+9996620236', '+9996620237'] as const;

const fixture = useLoginFixture({ attempts: { max: 3, windowMs: 9 * minutes } });
const tooOften = (retryAfterMs = 3 * minutes) => ({ kind: 'asked_too_often', retryAfterMs });

/** Uses up the attempts of Alice. */
async function exhaust(): Promise<void> {
  for (const number of others) await fixture.login.submit(alice, phone(number));
}

describe('a login attempt of a user', () => {
  it('is rejected above the limit, without a request to Telegram, until enough time has passed', async () => {
    await exhaust();
    expect(await failureOf(fixture.login.submit(alice, phone(plain)))).toEqual(tooOften());
    expect(fixture.telegram.calls('sendCode')).toBe(3);
    await fixture.clock.advance(3 * minutes);
    expect(await fixture.login.submit(alice, phone(plain))).toMatchObject({ kind: 'code' });
    expect(await failureOf(fixture.login.submit(alice, phone(others[0])))).toEqual(tooOften());
  });

  it('counts for that user only', async () => {
    await exhaust();
    expect(await fixture.login.submit(bob, phone(plain))).toMatchObject({ kind: 'code' });
  });

  it('does not change the login process if it is rejected', async () => {
    await exhaust();
    await failureOf(fixture.login.submit(alice, phone(plain)));
    expect(await fixture.login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
  });

  it('does not count without a request to Telegram', async () => {
    await fixture.login.submit(alice, phone(plain));
    for (let n = 0; n < 5; n += 1) await fixture.login.submit(alice, phone(plain));
    const { loginId } = await fixture.login.start(alice, { flow: 'phone' });
    await fixture.login.answer(alice, loginId, phone(plain), 1);
    for (let n = 0; n < 5; n += 1) await fixture.login.answer(alice, loginId, phone(plain), 1);
    for (let n = 0; n < 5; n += 1) await fixture.login.resend(alice, loginId);
    expect(fixture.telegram.calls('sendCode')).toBe(1);
    for (const number of others.slice(1)) await fixture.login.submit(alice, phone(number));
    expect(await failureOf(fixture.login.submit(alice, phone(others[0])))).toEqual(tooOften());
  });

  it('does not count if Telegram is unreachable', async () => {
    fixture.telegram.goDown();
    for (let n = 0; n < 5; n += 1) await failureOf(fixture.login.submit(alice, phone(plain)));
    fixture.telegram.comeBack();
    await exhaust();
  });

  it('counts if Telegram rejects it', async () => {
    for (let n = 0; n < 3; n += 1) await failureOf(fixture.login.submit(alice, token('nonsense')));
    expect(await failureOf(fixture.login.submit(alice, token('nonsense')))).toEqual(tooOften());
    expect(await failureOf(fixture.login.submit(alice, phone(plain)))).toEqual(tooOften());
  });

  it('counts if a code is resent', async () => {
    await fixture.login.submit(alice, phone(plain));
    for (const number of others.slice(1)) await fixture.login.submit(alice, phone(number));
    const { loginId } = await fixture.login.start(alice, { flow: 'phone' });
    await fixture.login.answer(alice, loginId, phone(others[2]), 1);
    await fixture.clock.advance(1 * minutes);
    expect(await failureOf(fixture.login.resend(alice, loginId))).toEqual(tooOften(2 * minutes));
    expect(fixture.telegram.calls('resendCode')).toBe(0);
    await fixture.clock.advance(2 * minutes);
    expect(await fixture.login.resend(alice, loginId)).toMatchObject({ step: { kind: 'code', code: { fresh: true } } });
    expect(await failureOf(fixture.login.submit(alice, phone(plain)))).toEqual(tooOften());
  });

  it('counts for the first QR code of a login, and not for the following codes', async () => {
    for (let n = 0; n < 3; n += 1) {
      const { loginId, stepNumber } = await fixture.login.start(alice, { flow: 'qr' });
      await fixture.passTime(fixture.login.awaitChange(alice, loginId, stepNumber));
      await fixture.login.cancel(alice, loginId);
    }
    const connections = fixture.telegram.calls('connect');
    // Half a minute each has passed.
    expect(await failureOf(fixture.login.start(alice, { flow: 'qr' }))).toEqual(tooOften(1.5 * minutes));
    expect(fixture.telegram.calls('connect')).toBe(connections);
  });

  it('does not count when a login process starts without a request to Telegram', async () => {
    await exhaust();
    const { loginId } = await fixture.login.start(alice, { flow: 'phone' });
    expect(await failureOf(fixture.login.answer(alice, loginId, phone(plain), 1))).toEqual(tooOften());
    expect(await fixture.login.find(alice, loginId)).toMatchObject({ stepNumber: 1, step: { kind: 'phone' } });
  });
});
