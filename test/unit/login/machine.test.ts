import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
import { decide, type CodeState, type LoginState, type PasswordState } from '../../../src/login/machine.js';
import { readState, readUser, writeState, writeUser } from '../../../src/login/login-codec.js';
import type { ProcessMeta } from '../../../src/login/process-meta.js';
import { complaints, type LoginInput } from '../../../src/login/processes.js';
import { codeDeliveries, type TelegramUserId } from '../../../src/telegram/shapes.js';

const now = 1_700_000_000_000;
const session = new Secret('a session');
const phone = numberOf('+9996621234');

const waitingForCode: CodeState = {
  step: 'code',
  phone,
  session,
  phoneCodeHash: new Secret('a hash'),
  sent: { delivery: 'app', length: 5, hint: null, nextDelivery: 'sms', resendAt: now + 60_000 },
};
const waitingForPassword: PasswordState = {
  step: 'password',
  phone,
  session,
  code: new Secret('22222'),
  codeHash: new Secret('a hash'),
  codeDelivery: 'app',
  hint: null,
};

function numberOf(text: string): PhoneNumber {
  const number = PhoneNumber.parse(text);
  if (!number) throw new Error(`not a phone number: ${text}`);
  return number;
}

describe('a phone number', () => {
  it.each([
    ['no input', undefined],
    ['an empty text', ''],
    ['spaces', '  '],
    ['letters', 'abc'],
    ['a plus', '+'],
    ['3 digits', '123'],
    ['16 digits', '1'.repeat(16)],
  ])('is rejected without a request to Telegram: %s', (_, text) => {
    expect(decide(undefined, { kind: 'phone', phone: text }, now)).toEqual({
      act: 'refuse',
      failure: { kind: 'phone_number_invalid' },
    });
  });

  it('starts a login', () => {
    expect(decide(undefined, { kind: 'phone', phone: '+99 966 (2) 1234' }, now)).toEqual({
      act: 'send_code',
      phone,
      session: undefined,
    });
  });

  it('sent again before `resendAt`, shows the pending code without a request to Telegram', () => {
    const decision = decide(waitingForCode, { kind: 'phone', phone: '+9996621234' }, now + 59_999);
    expect(decision).toMatchObject({ act: 'show', step: { kind: 'code', code: { fresh: false } } });
  });

  it('sent again after `resendAt`, requests another code on the same session', () => {
    const decision = decide(waitingForCode, { kind: 'phone', phone: '+9996621234' }, now + 60_000);
    expect(decision).toEqual({ act: 'send_code', phone, session });
  });

  it.each([
    ['another number while a code is awaited', waitingForCode, '+9996621235'],
    ['the same number while the password is awaited', waitingForPassword, '+9996621234'],
  ])('starts over for %s', (_, state, text) => {
    expect(decide(state, { kind: 'phone', phone: text }, now)).toMatchObject({ act: 'send_code', session: undefined });
  });
});

describe('a code', () => {
  const signIn = (given: Secret | number | undefined, state: LoginState | undefined = waitingForCode) =>
    decide(state, { kind: 'code', code: given }, now);

  it.each([
    [new Secret('01234'), '01234'],
    [new Secret(' 12-3 45 '), '12345'],
    [1234, '01234'],
    [0, '00000'],
    [123_456, '123456'],
  ])('%# is read as users and JSON write it', (given, code) => {
    const decision = signIn(given);
    expect(decision).toMatchObject({ act: 'sign_in', state: waitingForCode });
    expect(decision.act === 'sign_in' && decision.code.reveal()).toBe(code);
  });

  it('keeps its digits if Telegram did not return their number', () => {
    const decision = signIn(1234, { ...waitingForCode, sent: { ...waitingForCode.sent, length: null } });
    expect(decision.act === 'sign_in' && decision.code.reveal()).toBe('1234');
  });

  it.each([undefined, new Secret(''), new Secret(' - ')])('%# is missing', (given) => {
    expect(signIn(given)).toEqual({ act: 'refuse', failure: { kind: 'phone_code_missing' } });
  });

  it('is rejected if none was requested', () => {
    expect(decide(undefined, { kind: 'code', code: 12345 }, now)).toMatchObject({
      failure: { kind: 'phone_code_not_requested' },
    });
  });

  it('that was accepted before returns the same step; another one is rejected', () => {
    expect(signIn(new Secret('22222'), waitingForPassword)).toMatchObject({ act: 'show', step: { kind: 'password' } });
    expect(signIn(new Secret('22223'), waitingForPassword)).toMatchObject({
      failure: { kind: 'phone_code_not_requested' },
    });
  });
});

it('input that is too long is rejected without a request to Telegram', () => {
  const long = new Secret('1'.repeat(257));
  expect(decide(waitingForCode, { kind: 'code', code: long }, now)).toMatchObject({
    failure: { kind: 'phone_code_invalid' },
  });
  expect(decide(undefined, { kind: 'bot_token', token: long }, now)).toMatchObject({
    failure: { kind: 'bot_token_invalid' },
  });
});

describe('a password', () => {
  it.each([undefined, new Secret('')])('%# is missing', (password) => {
    const decision = decide(waitingForPassword, { kind: 'password', password }, now);
    expect(decision).toEqual({ act: 'refuse', failure: { kind: 'password_empty' } });
  });

  it('keeps its spaces', () => {
    const decision = decide(waitingForPassword, { kind: 'password', password: new Secret('  a b ') }, now);
    expect(decision.act === 'check_password' && decision.password.reveal()).toBe('  a b ');
  });

  it.each([
    { before: 'a code was requested', state: undefined },
    { before: 'the code was accepted', state: waitingForCode },
  ])('is rejected before $before', ({ state }) => {
    const decision = decide(state, { kind: 'password', password: new Secret('x') }, now);
    expect(decision).toEqual({ act: 'refuse', failure: { kind: 'phone_code_not_entered' } });
  });
});

describe('a bot token', () => {
  it.each([undefined, new Secret(''), new Secret(' \n')])('%# is missing', (token) => {
    expect(decide(undefined, { kind: 'bot_token', token }, now)).toMatchObject({
      failure: { kind: 'bot_token_missing' },
    });
  });

  it('is trimmed, and accepted at every step', () => {
    const decision = decide(waitingForCode, { kind: 'bot_token', token: new Secret(' 1:a\n') }, now);
    expect(decision.act === 'sign_in_bot' && decision.token.reveal()).toBe('1:a');
  });
});

describe('the stored form', () => {
  const text = fc.string();
  const number = fc.integer({ min: 10_000, max: 999_999_999 }).map((digits) => numberOf(`+${digits}`));
  const delivery = fc.constantFrom(...codeDeliveries);
  const secret = text.map((value) => new Secret(value));
  const anyState: fc.Arbitrary<LoginState> = fc.oneof(
    fc.record({
      step: fc.constant('code'),
      phone: number,
      session: secret,
      phoneCodeHash: secret,
      sent: fc.record({
        delivery,
        length: fc.option(fc.nat(10)),
        hint: fc.option(text),
        nextDelivery: fc.option(delivery),
        resendAt: fc.nat(),
      }),
    }),
    fc.record({
      step: fc.constant('password'),
      phone: fc.option(number),
      session: secret,
      code: fc.option(secret),
      codeHash: fc.option(secret),
      codeDelivery: delivery,
      hint: fc.option(text),
    }),
    fc.record({
      step: fc.constant('qr'),
      session: secret,
      token: secret,
      expiresAt: fc.nat(),
      scanned: fc.option(secret),
    }),
    fc.record({ step: fc.constantFrom('phone', 'bot_token', 'qr_wanted') }),
  );
  const answer = fc.record({
    stepNumber: fc.nat(),
    kind: fc.constantFrom('phone', 'code', 'password', 'bot_token'),
    digest: text,
  });
  const anyMeta: fc.Arbitrary<ProcessMeta> = fc.record({
    flow: fc.constantFrom('phone', 'qr', 'bot'),
    stepNumber: fc.nat(),
    complaint: fc.option(fc.constantFrom(...complaints)),
    fresh: fc.boolean(),
    replacing: fc.option(text.map((id) => id as TelegramUserId)),
    onlyIfLoggedOut: fc.boolean(),
    lastAnswer: fc.option(answer),
  });
  const inputs: LoginInput[] = [
    { kind: 'phone', phone: '+9996621234' },
    { kind: 'code', code: 22222 },
    { kind: 'password', password: new Secret('x') },
  ];

  it('is read as the state that was written', () => {
    fc.assert(
      fc.property(anyState, fc.option(anyMeta), (state, meta) => {
        const stored = writeState({ ...state, meta, end: null });
        const back = readState(stored);
        expect(writeState(back).reveal()).toBe(stored.reveal());
        if (back.step === 'over') throw new Error('a login came back as over');
        for (const input of inputs) expect(decide(back, input, now).act).toBe(decide(state, input, now).act);
      }),
    );
  });

  it('of an earlier version has its metadata under the key `name`', () => {
    fc.assert(
      fc.property(anyState, anyMeta, (state, meta) => {
        const stored = writeState({ ...state, meta, end: null });
        const { meta: before, ...rest } = z.looseObject({ meta: z.unknown() }).parse(JSON.parse(stored.reveal()));
        const old = new Secret(JSON.stringify({ ...rest, name: before }));
        expect(JSON.parse(writeState(readState(old)).reveal())).toEqual(JSON.parse(stored.reveal()));
      }),
    );
  });

  it('keeps each field of a user', () => {
    const user = {
      id: '42' as TelegramUserId,
      username: null,
      firstName: 'A',
      lastName: null,
      phone,
      isBot: false,
    };
    expect(readUser(writeUser(user)).phone?.reveal()).toBe('+9996621234');
    expect({ ...readUser(writeUser(user)), phone }).toEqual(user);
  });

  it('with an unknown shape is a defect that names the path and not the content', () => {
    expect(() => readState(new Secret('{"step":"code","phone":"+9996621234","session":7}'))).toThrow(/session/);
    expect(() => readState(new Secret('{"step":"code","phone":"+9996621234","session":7}'))).not.toThrow(/9996621234/);
  });
});
