import { describe, expect, it } from 'vitest';
import { code, faultOf, minutes, mxidOf, phone, token, useLoginFixture } from '../../support/login-fixture.js';

const alice = mxidOf('@alice:example.org');
const bob = mxidOf('@bob:example.org');
const plain = '+9996620234';
const others = ['+9996620235', '+9996620236', '+9996620237'] as const;

const desk = useLoginFixture({ attempts: { max: 3, windowMs: 9 * minutes } });
const tooOften = (retryAfterMs = 3 * minutes) => ({ kind: 'asked_too_often', retryAfterMs });

/** Uses up the attempts of Alice. */
async function exhaust(): Promise<void> {
  for (const number of others) await desk.login.submit(alice, phone(number));
}

describe('a login attempt of a user', () => {
  it('is rejected above the limit, without a request to Telegram, until enough time has passed', async () => {
    await exhaust();
    expect(await faultOf(desk.login.submit(alice, phone(plain)))).toEqual(tooOften());
    expect(desk.telegram.calls('sendCode')).toBe(3);
    await desk.clock.advance(3 * minutes);
    expect(await desk.login.submit(alice, phone(plain))).toMatchObject({ kind: 'code' });
    expect(await faultOf(desk.login.submit(alice, phone(others[0])))).toEqual(tooOften());
  });

  it('counts for that user only', async () => {
    await exhaust();
    expect(await desk.login.submit(bob, phone(plain))).toMatchObject({ kind: 'code' });
  });

  it('does not change the login process if it is rejected', async () => {
    await exhaust();
    await faultOf(desk.login.submit(alice, phone(plain)));
    expect(await desk.login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
  });

  it('does not count without a request to Telegram', async () => {
    await desk.login.submit(alice, phone(plain));
    for (let n = 0; n < 5; n += 1) await desk.login.submit(alice, phone(plain));
    const { loginId } = await desk.login.start(alice, { flow: 'phone' });
    await desk.login.answer(alice, loginId, phone(plain), 1);
    for (let n = 0; n < 5; n += 1) await desk.login.answer(alice, loginId, phone(plain), 1);
    for (let n = 0; n < 5; n += 1) await desk.login.resend(alice, loginId);
    expect(desk.telegram.calls('sendCode')).toBe(1);
    for (const number of others.slice(1)) await desk.login.submit(alice, phone(number));
    expect(await faultOf(desk.login.submit(alice, phone(others[0])))).toEqual(tooOften());
  });

  it('does not count if Telegram is unreachable', async () => {
    desk.telegram.goDown();
    for (let n = 0; n < 5; n += 1) await faultOf(desk.login.submit(alice, phone(plain)));
    desk.telegram.comeBack();
    await exhaust();
  });

  it('counts if Telegram rejects it', async () => {
    for (let n = 0; n < 3; n += 1) await faultOf(desk.login.submit(alice, token('nonsense')));
    expect(await faultOf(desk.login.submit(alice, token('nonsense')))).toEqual(tooOften());
    expect(await faultOf(desk.login.submit(alice, phone(plain)))).toEqual(tooOften());
  });

  it('counts if a code is resent', async () => {
    await desk.login.submit(alice, phone(plain));
    for (const number of others.slice(1)) await desk.login.submit(alice, phone(number));
    const { loginId } = await desk.login.start(alice, { flow: 'phone' });
    await desk.login.answer(alice, loginId, phone(others[2]), 1);
    await desk.clock.advance(1 * minutes);
    expect(await faultOf(desk.login.resend(alice, loginId))).toEqual(tooOften(2 * minutes));
    expect(desk.telegram.calls('resendCode')).toBe(0);
    await desk.clock.advance(2 * minutes);
    expect(await desk.login.resend(alice, loginId)).toMatchObject({ step: { kind: 'code', code: { fresh: true } } });
    expect(await faultOf(desk.login.submit(alice, phone(plain)))).toEqual(tooOften());
  });

  it('counts for the first QR code of a login, and not for the following codes', async () => {
    for (let n = 0; n < 3; n += 1) {
      const { loginId, stepNumber } = await desk.login.start(alice, { flow: 'qr' });
      await desk.passTime(desk.login.awaitChange(alice, loginId, stepNumber));
      await desk.login.cancel(alice, loginId);
    }
    const connections = desk.telegram.calls('connect');
    // Half a minute each has passed.
    expect(await faultOf(desk.login.start(alice, { flow: 'qr' }))).toEqual(tooOften(1.5 * minutes));
    expect(desk.telegram.calls('connect')).toBe(connections);
  });

  it('does not count when a login process starts without a request to Telegram', async () => {
    await exhaust();
    const { loginId } = await desk.login.start(alice, { flow: 'phone' });
    expect(await faultOf(desk.login.answer(alice, loginId, phone(plain), 1))).toEqual(tooOften());
    expect(await desk.login.find(alice, loginId)).toMatchObject({ stepNumber: 1, step: { kind: 'phone' } });
  });
});
