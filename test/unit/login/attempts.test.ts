import { describe, expect, it } from 'vitest';
import { code, faultOf, minutes, mxidOf, phone, token, useLoginFixture } from '../../support/login-fixture.js';

const alice = mxidOf('@alice:example.org');
const bob = mxidOf('@bob:example.org');
const plain = '+9996620234';
const others = ['+9996620235', '+9996620236', '+9996620237'] as const;

const desk = useLoginFixture({ attempts: { max: 3, windowMs: 9 * minutes } });
const tooOften = (retryAfterMs = 3 * minutes) => ({ kind: 'asked_too_often', retryAfterMs });

/** Uses up what Alice may ask for. */
async function exhaust(): Promise<void> {
  for (const number of others) await desk.login.submit(alice, phone(number));
}

describe('what one user asks of Telegram to log in', () => {
  it('is refused from the limit on, before Telegram is asked, until enough time has passed', async () => {
    await exhaust();
    expect(await faultOf(desk.login.submit(alice, phone(plain)))).toEqual(tooOften());
    expect(desk.telegram.calls('sendCode')).toBe(3);
    await desk.clock.advance(3 * minutes);
    expect(await desk.login.submit(alice, phone(plain))).toMatchObject({ kind: 'code' });
    expect(await faultOf(desk.login.submit(alice, phone(others[0])))).toEqual(tooOften());
  });

  it('is counted for that user only', async () => {
    await exhaust();
    expect(await desk.login.submit(bob, phone(plain))).toMatchObject({ kind: 'code' });
  });

  it('leaves the login where it was when it is refused', async () => {
    await exhaust();
    await faultOf(desk.login.submit(alice, phone(plain)));
    expect(await desk.login.submit(alice, code('22222'))).toMatchObject({ kind: 'complete' });
  });

  it('is not counted where Telegram is not asked', async () => {
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

  it('is not counted where Telegram cannot be reached', async () => {
    desk.telegram.goDown();
    for (let n = 0; n < 5; n += 1) await faultOf(desk.login.submit(alice, phone(plain)));
    desk.telegram.comeBack();
    await exhaust();
  });

  it('is counted where Telegram refuses', async () => {
    for (let n = 0; n < 3; n += 1) await faultOf(desk.login.submit(alice, token('nonsense')));
    expect(await faultOf(desk.login.submit(alice, token('nonsense')))).toEqual(tooOften());
    expect(await faultOf(desk.login.submit(alice, phone(plain)))).toEqual(tooOften());
  });

  it('counts a code that is sent again', async () => {
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

  it('counts QR logins when they begin, and not the codes that follow', async () => {
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

  it('does not keep anybody from starting logins that ask Telegram for nothing yet', async () => {
    await exhaust();
    const { loginId } = await desk.login.start(alice, { flow: 'phone' });
    expect(await faultOf(desk.login.answer(alice, loginId, phone(plain), 1))).toEqual(tooOften());
    expect(await desk.login.find(alice, loginId)).toMatchObject({ stepNumber: 1, step: { kind: 'phone' } });
  });
});
