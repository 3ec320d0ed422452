import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ThirdPartyAddress } from '../../../src/base/canonical-address.js';
import { Secret } from '../../../src/base/secret.js';
import { ThreepidFailure } from '../../../src/threepid/failure.js';
import type { TokenRequest } from '../../../src/threepid/validation.js';
import { anotherTurn } from '../../support/another-turn.js';
import { createRecordingMessenger } from '../../support/recording-messenger.js';
import { threepidFailureOf as failureOf } from '../../support/threepid-failures.js';
import {
  allowances,
  askerOf,
  day,
  emailRequest,
  keyOf,
  nothing,
  openValidation,
  phoneRequest,
  type ValidationUnderTest,
} from '../../support/validation.js';

let under: ValidationUnderTest;

beforeEach(async () => {
  under = await openValidation();
});

afterEach(() => under.close());

const ask = async (request: TokenRequest) => (await under.validation.requestToken(request)).sid;
const submit = (request: TokenRequest, sid: string, token = '') =>
  under.validation.submitToken(keyOf(request, sid), new Secret(token), undefined);
const load = (request: TokenRequest, sid: string) => under.validation.loadValidated(keyOf(request, sid));
const lastToken = () => under.messenger.tokens().at(-1) ?? '';
/** A session whose 3PID is validated. */
const prove = async (request: TokenRequest) => {
  const sid = await ask(request);
  await submit(request, sid, lastToken());
  return sid;
};
const wrongCode = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('a 3PID is validated', () => {
  it('by the token that was mailed to it', async () => {
    const { validation, clock } = under;
    const request = emailRequest({ asker: askerOf('alice') });
    const { sid, address, internationalFormat } = await validation.requestToken(request);
    expect(sid).toMatch(/^[0-9A-Za-z]{32}$/);
    expect(address).toEqual({ medium: 'email', address: 'alice@mail.test' });
    expect(internationalFormat).toBeUndefined();
    expect(await failureOf(load(request, sid))).toEqual({ kind: 'session_not_validated' });
    await clock.advance(1234);
    expect(lastToken()).toMatch(/^[0-9A-Za-z]{32}$/);
    expect(await submit(request, sid, lastToken())).toEqual({ nextLink: undefined });
    const validatedAt = clock.now();
    await clock.advance(1000);
    expect(await load(request, sid)).toEqual({ ...address, validatedAt, mxid: '@alice:example.test' });
  });

  it('by the code that was sent to the phone, in any format', async () => {
    const request = phoneRequest();
    const { sid, address, internationalFormat } = await under.validation.requestToken(request);
    expect(address).toEqual({ medium: 'msisdn', address: '447470674927' });
    expect(internationalFormat).toBe('+44 7470 674927');
    const code = lastToken();
    expect(code).toMatch(/^[0-9]{6}$/);
    await submit(request, sid, ` ${code.slice(0, 3)}-${code.slice(3)}\n`);
    expect(await load(request, sid)).toMatchObject(address);
  });

  it('once: the right token is accepted again, and changes nothing', async () => {
    const request = emailRequest();
    const sid = await prove(request);
    const proven = await load(request, sid);
    await under.clock.advance(1000);
    await submit(request, sid, lastToken());
    expect(await load(request, sid)).toEqual(proven);
    expect(await failureOf(submit(request, sid, 'wrong'))).toEqual({ kind: 'token_wrong' });
    expect(await load(request, sid)).toEqual(proven);
  });

  it('not by a check of the token, which returns the 3PID and counts wrong guesses', async () => {
    const { validation } = under;
    const request = phoneRequest();
    const sid = await ask(request);
    const key = keyOf(request, sid);
    const check = (token: string) => validation.checkToken(key, new Secret(token), undefined);
    expect(await check(lastToken())).toEqual({ medium: 'msisdn', address: '447470674927' });
    expect(await failureOf(load(request, sid))).toEqual({ kind: 'session_not_validated' });
    let fault = await failureOf(check(wrongCode(lastToken())));
    for (let guess = 1; fault?.kind === 'token_wrong' && guess < 20; guess += 1) {
      fault = await failureOf(check(wrongCode(lastToken())));
    }
    expect(fault).toMatchObject({ kind: 'too_many_guesses' });
    expect(await failureOf(check(lastToken()))).toMatchObject({ kind: 'too_many_guesses' });
  });

  it('until that has been used', async () => {
    const request = emailRequest();
    const sid = await prove(request);
    await under.validation.consume(keyOf(request, sid), nothing);
    expect(await failureOf(load(request, sid))).toEqual({ kind: 'session_unknown' });
    expect(await failureOf(under.validation.consume(keyOf(request, sid), nothing))).toEqual({
      kind: 'session_unknown',
    });
    expect(await ask(request)).not.toBe(sid);
  });
});

describe('a validated session', () => {
  it('is used in one transaction, and stays if that fails', async () => {
    const request = emailRequest();
    const key = keyOf(request, await prove(request));
    const failing = under.validation.consume(key, async (tx) => {
      await tx.floodWaits.save('subject', 1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await under.database.transaction((tx) => tx.floodWaits.find('subject', 0))).toBeUndefined();
    const used = await under.validation.consume(key, async (tx, proven) => {
      await tx.floodWaits.save('subject', 1);
      return proven;
    });
    expect(used).toMatchObject({ medium: 'email', address: 'alice@mail.test', mxid: undefined });
    expect(await under.database.transaction((tx) => tx.floodWaits.find('subject', 0))).toBe(1);
  });

  it('is required: not one that is open or has expired', async () => {
    const request = emailRequest();
    const key = keyOf(request, await ask(request));
    expect(await failureOf(under.validation.consume(key, nothing))).toEqual({ kind: 'session_not_validated' });
    await submit(request, key.sid, lastToken());
    await under.clock.advance(day);
    expect(await failureOf(under.validation.consume(key, nothing))).toEqual({ kind: 'session_expired' });
  });
});

describe('a token that is withheld', () => {
  const withhold = () => Promise.resolve('withhold' as const);

  it('is counted like any other, and a mail is sent in its place', async () => {
    await under.close();
    under = await openValidation({ allowances: { ...allowances, perEmailAddress: { max: 2, windowMs: day } } });
    const first = emailRequest({ admit: withhold, brand: 'acme', asker: askerOf('alice') });
    const sid = await ask(first);
    expect(under.messenger.sent).toEqual([{ kind: 'email_in_use', to: 'alice@mail.test', brand: 'acme' }]);
    expect(await ask(first)).toBe(sid);
    expect(await ask({ ...first, sendAttempt: 2 })).toBe(sid);
    expect(await failureOf(ask({ ...first, sendAttempt: 3 }))).toMatchObject({ kind: 'rate_limited' });
    expect(under.messenger.sent).toHaveLength(2);
  });

  describe('cannot be distinguished from one that is sent', () => {
    const outcomes = ['works', 'fails', 'may have sent', 'does not answer', 'has a defect'] as const;
    const media = [
      ['e-mail', emailRequest],
      ['phone', phoneRequest],
    ] as const;
    const cells = media.flatMap(([medium, request]) => outcomes.map((outcome) => ({ medium, request, outcome })));

    it.each(cells)('by $medium if the channel $outcome', async ({ request, outcome }) => {
      const three = { max: 6, windowMs: day };
      const limits = { ...allowances, perEmailAddress: three, perPhoneNumber: three };
      const answersTo = async (admission: 'send' | 'withhold') => {
        const messenger = createRecordingMessenger();
        if (outcome === 'fails') messenger.fail({ kind: 'channel_down' });
        if (outcome === 'may have sent') messenger.fail({ kind: 'channel_down' }, { mayHaveSent: true });
        if (outcome === 'does not answer') messenger.hold();
        const defect = () => Promise.reject(new Error('a bug'));
        const opened = await openValidation({
          allowances: limits,
          messenger: outcome === 'has a defect' ? { ...messenger, send: defect } : messenger,
        });
        try {
          const answers: unknown[] = [];
          for (const sendAttempt of [1, 1, 2, 2, 3, 3, 4]) {
            const admit = () => Promise.resolve(admission);
            const asked = opened.validation.requestToken(request({ sendAttempt, isQuiet: true, admit }));
            answers.push(
              await asked.then(
                ({ sid, ...rest }) => ({ ...rest, sid: sid.length }),
                (error: unknown) => (error instanceof ThreepidFailure ? error.details : error),
              ),
            );
          }
          return answers;
        } finally {
          await opened.close();
        }
      };
      const answers = await answersTo('send');
      expect(await answersTo('withhold')).toEqual(answers);
      expect(answers.slice(0, 6)).toEqual(Array(6).fill(expect.objectContaining({ sid: 32 })));
      expect(answers[6]).toMatchObject({ kind: 'rate_limited' });
    });
  });

  it('is not sent to a phone', async () => {
    await ask(phoneRequest({ admit: withhold, isQuiet: true }));
    await anotherTurn();
    expect(under.messenger.asked).toBe(0);
  });
});

describe('a caller who must not learn whether a message is sent', () => {
  it.each([
    ['e-mail', emailRequest],
    ['phone', phoneRequest],
  ])('has the answer before the message is rendered, for %s', async (_medium, request) => {
    await ask(request({ isQuiet: true }));
    expect(under.messenger.asked).toBe(0);
    await anotherTurn();
    expect(under.messenger.asked).toBe(1);
  });
});

describe('the check that admits a request', () => {
  it('runs after the limits, for each message, with the canonical 3PID', async () => {
    await under.close();
    under = await openValidation({ allowances: { ...allowances, perClient: { max: 2, windowMs: day } } });
    const asked: string[] = [];
    const refuse = (_tx: unknown, { medium, address }: ThirdPartyAddress) => {
      asked.push(`${medium} ${address}`);
      return Promise.reject(new Error('refused'));
    };
    await expect(ask(emailRequest({ admit: refuse }))).rejects.toThrow('refused');
    await expect(ask(phoneRequest({ admit: refuse }))).rejects.toThrow('refused');
    expect(await failureOf(ask(emailRequest({ admit: refuse })))).toMatchObject({ kind: 'rate_limited' });
    expect(asked).toEqual(['email alice@mail.test', 'msisdn 447470674927']);
    expect(under.messenger.asked).toBe(0);
  });
});

describe('a message', () => {
  it('contains the details for its recipient', async () => {
    const request = emailRequest({ brand: 'acme' });
    const sid = await ask(request);
    const [mail] = under.messenger.sent;
    expect(mail).toMatchObject({
      kind: 'email_validation',
      to: 'alice@mail.test',
      expiresInMs: day,
      brand: 'acme',
    });
    const link = mail?.kind === 'email_validation' ? mail.link.reveal() : '';
    const parameters = { sid, clientSecret: request.clientSecret, token: lastToken() };
    expect(link).toBe(`https://id.test/identity?${new URLSearchParams(parameters)}`);

    await under.clock.advance(1000);
    await ask(emailRequest({ sendAttempt: 2 }));
    expect(under.messenger.sent[1]).toMatchObject({ expiresInMs: day - 1000, brand: undefined });

    await ask(phoneRequest());
    const sms = under.messenger.sent[2];
    expect(sms).toMatchObject({ kind: 'phone_validation', expiresInMs: day });
    expect(sms?.kind === 'phone_validation' && sms.to.reveal()).toBe('+447470674927');
  });

  it.each([
    { attempts: [1, 1], messages: 1 },
    { attempts: [1, 2], messages: 2 },
    { attempts: [0, 0, 1, 1, 0], messages: 2 },
    { attempts: [7, 3, 6, 7, 8], messages: 2 },
    { attempts: [null, null, null], messages: 3 },
    { attempts: [5, null, 6, 7], messages: 3 },
    { attempts: [-1, -1], messages: 1 },
  ])('is sent $messages times for the attempts $attempts', async ({ attempts, messages }) => {
    const sids: string[] = [];
    for (const attempt of attempts) sids.push(await ask(emailRequest({ sendAttempt: attempt ?? undefined })));
    expect(under.messenger.sent).toHaveLength(messages);
    expect(new Set(sids).size).toBe(1);
    expect(new Set(under.messenger.tokens()).size).toBe(messages);
  });

  it.each([
    { medium: 'e-mail', requestOf: emailRequest },
    { medium: 'phones', requestOf: phoneRequest },
  ])('that is not the last one validates a 3PID too: $medium', async ({ requestOf }) => {
    const request = requestOf();
    const sid = await ask(request);
    const first = lastToken();
    await ask(requestOf({ sendAttempt: 2 }));
    await submit(request, sid, first);
    expect(await load(request, sid)).toMatchObject({ mxid: undefined });
  });

  it('that could not be sent is sent by the same request', async () => {
    under.messenger.fail({ kind: 'channel_down' });
    expect(await failureOf(ask(emailRequest()))).toEqual({ kind: 'send_failed', medium: 'email' });
    under.messenger.fail(undefined);
    await ask(emailRequest());
    expect(under.messenger.sent).toHaveLength(1);
    await ask(emailRequest());
    expect(under.messenger.sent).toHaveLength(1);
  });
});

describe('a session', () => {
  const first = emailRequest({ asker: askerOf('alice') });

  it.each([
    { what: 'the same', changes: {} },
    { what: 'another spelling of the address', changes: { typed: { medium: 'email', address: ' ALICE@MAIL.TEST ' } } },
    { what: 'another client', changes: { asker: askerOf('alice', '203.0.113.9') } },
    { what: 'a later attempt', changes: { sendAttempt: 2 } },
    { what: 'another link', changes: { nextLink: 'https://chat.test/' } },
  ] as const)('is found again by $what', async ({ changes }) => {
    const sid = await ask(first);
    expect(await ask({ ...first, ...changes })).toBe(sid);
  });

  it.each([
    { what: 'another secret', changes: { clientSecret: 'another' } },
    { what: 'another address', changes: { typed: { medium: 'email', address: 'bob@mail.test' } } },
    { what: 'another purpose', changes: { purpose: 'account' } },
    { what: 'another user', changes: { asker: askerOf('bob') } },
    { what: 'no user', changes: { asker: { client: '198.51.100.7', mxid: undefined } } },
  ] as const)('is another one for $what', async ({ changes }) => {
    const sid = await ask(first);
    expect(await ask({ ...first, ...changes })).not.toBe(sid);
    expect(under.messenger.sent).toHaveLength(2);
  });

  it('is a new one, with a message, once the last is validated or has expired', async () => {
    const sid = await prove(first);
    const second = await ask(first);
    expect(second).not.toBe(sid);
    await under.clock.advance(day);
    expect(await ask(first)).not.toBe(second);
    expect(under.messenger.sent).toHaveLength(3);
  });

  it('can be validated for a day after its opening, for any time of the token', async () => {
    const sid = await ask(first);
    await under.clock.advance(day - 1);
    await ask({ ...first, sendAttempt: 2 });
    await under.clock.advance(1);
    expect(await failureOf(submit(first, sid, lastToken()))).toEqual({ kind: 'session_expired' });
    expect(await failureOf(load(first, sid))).toEqual({ kind: 'session_expired' });
  });

  it('can be used for a day from its validation on', async () => {
    const sid = await ask(first);
    await under.clock.advance(day - 1);
    await submit(first, sid, lastToken());
    await under.clock.advance(day - 1);
    expect(await load(first, sid)).toMatchObject({ address: 'alice@mail.test' });
    await submit(first, sid, lastToken());
    await under.clock.advance(1);
    expect(await failureOf(load(first, sid))).toEqual({ kind: 'session_expired' });
    expect(await failureOf(submit(first, sid, lastToken()))).toEqual({ kind: 'session_expired' });
  });

  it('is reported as expired for days, and then deleted', async () => {
    const sid = await ask(first);
    const proven = await prove({ ...first, clientSecret: 'another' });
    await under.clock.advance(6 * day - 1);
    await under.validation.sweep();
    expect(await failureOf(load(first, sid))).toEqual({ kind: 'session_expired' });
    await under.clock.advance(1);
    await under.validation.sweep();
    expect(await failureOf(load(first, sid))).toEqual({ kind: 'session_unknown' });
    expect(await failureOf(load({ ...first, clientSecret: 'another' }, proven))).toEqual({ kind: 'session_unknown' });
  });

  it('is not found without its ID, its secret and its purpose', async () => {
    const sid = await prove(first);
    const key = keyOf(first, sid);
    const unknownRequests = [
      { ...key, sid: 'another' },
      { ...key, sid: '' },
      { ...key, sid: 'no/id' },
      { ...key, clientSecret: 'another' },
      { ...key, purpose: 'account' as const },
    ];
    for (const request of unknownRequests) {
      const { validation } = under;
      const unknown = { kind: 'session_unknown' };
      expect(await failureOf(validation.loadValidated(request))).toEqual(unknown);
      expect(await failureOf(validation.submitToken(request, new Secret(lastToken()), undefined))).toEqual(unknown);
      expect(await failureOf(validation.consume(request, nothing))).toEqual(unknown);
    }
    expect(await load(first, sid)).toMatchObject({ address: 'alice@mail.test' });
  });

  it('accepts no token, and counts no guess, with the other medium', async () => {
    const request = phoneRequest();
    const sid = await ask(request);
    const key = { ...keyOf(request, sid), medium: 'email' as const };
    for (let guess = 0; guess < 6; guess += 1) {
      const submitted = under.validation.submitToken(key, new Secret(lastToken()), undefined);
      expect(await failureOf(submitted)).toEqual({ kind: 'session_unknown' });
    }
    expect(await failureOf(load(request, sid))).toEqual({ kind: 'session_not_validated' });
    await submit(request, sid, wrongCode(lastToken())).catch(() => undefined);
    await submit(request, sid, lastToken());
  });
});

describe('guesses', () => {
  const request = phoneRequest();

  it('are five for each code; then another code must be requested', async () => {
    const sid = await ask(request);
    const code = lastToken();
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await failureOf(submit(request, sid, wrongCode(code)))).toEqual({ kind: 'token_wrong' });
    }
    const tooMany = { kind: 'too_many_guesses', retryAfterMs: 0 };
    expect(await failureOf(submit(request, sid, code))).toEqual(tooMany);
    expect(await ask(request)).toBe(sid);
    expect(await failureOf(submit(request, sid, code))).toEqual(tooMany);
    expect(await ask(phoneRequest({ sendAttempt: 2 }))).toBe(sid);
    expect(await failureOf(submit(request, sid, code))).toEqual({ kind: 'token_wrong' });
    await submit(request, sid, lastToken());
    expect(await load(request, sid)).toMatchObject({ address: '447470674927' });
  });

  it('are right at the fifth', async () => {
    const sid = await ask(request);
    const code = lastToken();
    for (let guess = 0; guess < 4; guess += 1) await failureOf(submit(request, sid, wrongCode(code)));
    await submit(request, sid, code);
    expect(await load(request, sid)).toMatchObject({ address: '447470674927' });
  });

  it('without the secret do not count', async () => {
    const sid = await ask(request);
    const code = lastToken();
    for (let guess = 0; guess < 9; guess += 1) {
      await failureOf(submit({ ...request, clientSecret: 'another' }, sid, wrongCode(code)));
    }
    await submit(request, sid, code);
  });

  it('of a mailed token are many', async () => {
    const mailed = emailRequest();
    const sid = await ask(mailed);
    for (let guess = 0; guess < 20; guess += 1) {
      expect(await failureOf(submit(mailed, sid, 'wrong'))).toEqual({ kind: 'token_wrong' });
    }
    await submit(mailed, sid, lastToken());
  });
});

describe('a next link', () => {
  it('is returned with the ID of the session, the last one that a message was sent for', async () => {
    const sid = await ask(emailRequest({ nextLink: 'https://chat.test/#/home' }));
    await ask(emailRequest({ nextLink: 'https://chat.test/ignored' }));
    expect(await submit(emailRequest(), sid, lastToken())).toEqual({ nextLink: `https://chat.test/?sid=${sid}#/home` });

    const request = emailRequest({ clientSecret: 'another', nextLink: 'https://chat.test/a' });
    const other = await ask(request);
    await ask({ ...request, sendAttempt: 2, nextLink: 'https://chat.test/b?c=d' });
    const { nextLink } = await submit(request, other, lastToken());
    expect(nextLink).toBe(`https://chat.test/b?c=d&sid=${other}`);
  });
});
