import { afterEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import type { DeliveryFailureDetails } from '../../../src/delivery/failure.js';
import type { ThreepidFailureDetails } from '../../../src/threepid/failure.js';
import type { Asker, TokenRequest } from '../../../src/threepid/validation.js';
import { createRecordingLogger } from '../../support/recording-logger.js';
import { createRecordingMessenger } from '../../support/recording-messenger.js';
import { threepidFailureOf as failureOf } from '../../support/threepid-failures.js';
import {
  allowances,
  askerOf,
  day,
  emailRequest,
  hour,
  keyOf,
  nothing,
  openValidation,
  phoneRequest,
  type ValidationUnderTest,
} from '../../support/validation.js';

let under: ValidationUnderTest | undefined;
const open = async (...options: Parameters<typeof openValidation>) => {
  under = await openValidation(...options);
  return under;
};

afterEach(async () => {
  await under?.close();
  under = undefined;
});

const emailTo = (address: string) => emailRequest({ typed: { medium: 'email', address } });
const phone = (address: string, country?: string) =>
  phoneRequest({ typed: { medium: 'msisdn', address, country }, clientSecret: 's' });

describe('a request is refused', () => {
  const invalidEmail = { kind: 'address_invalid', medium: 'email' };
  const invalidPhone = { kind: 'address_invalid', medium: 'msisdn' };
  const invalidSecret = { kind: 'client_secret_invalid' };
  const refusedLink = { kind: 'next_link_refused' };

  it.each<[string, TokenRequest, object]>([
    ['no secret', emailRequest({ clientSecret: '' }), invalidSecret],
    ['a secret of odd characters', emailRequest({ clientSecret: 'a b<>' }), invalidSecret],
    ['a secret with a line end', emailRequest({ clientSecret: 'secret\n' }), invalidSecret],
    ['a secret that is too long', emailRequest({ clientSecret: 'a'.repeat(256) }), invalidSecret],
    ['no address', emailTo(''), invalidEmail],
    ['two at signs', emailTo('not@an@email@address'), invalidEmail],
    ['a name before the address', emailTo('Naughty Nigel <perfectly.valid@mail.address>'), invalidEmail],
    ['a lone surrogate', emailTo('a\ud800@mail.test'), invalidEmail],
    ['no number', phone(''), invalidPhone],
    ['a number of no country', phone('+99966123456'), invalidPhone],
    ['a number of a few digits', phone('+1900'), invalidPhone],
    ['a number that is too short', phone('123', 'GB'), invalidPhone],
    ['a number for emergencies', phone('999', 'GB'), invalidPhone],
    ['a number that is too short, with its calling code', phone('+4474706749'), invalidPhone],
    ['a text', phone('call me', 'GB'), invalidPhone],
    ['a link to elsewhere', emailRequest({ nextLink: 'https://evil.test/' }), refusedLink],
    ['a link without TLS', emailRequest({ nextLink: 'http://chat.test/' }), refusedLink],
    ['an empty link', emailRequest({ nextLink: '' }), refusedLink],
  ])('for %s', async (_what, request, fault) => {
    const { validation, messenger } = await open();
    expect(await failureOf(validation.requestToken(request))).toEqual(fault);
    expect(messenger.asked).toBe(0);
  });

  it('if no message can be sent to such an address', async () => {
    const { validation } = await open({ messenger: createRecordingMessenger(['email_validation']) });
    const unsupported = { kind: 'medium_unsupported', medium: 'msisdn' };
    expect(await failureOf(validation.requestToken(phoneRequest()))).toEqual(unsupported);
    expect(await failureOf(validation.requestToken(phone('+1900')))).toEqual(unsupported);
    await validation.requestToken(emailRequest());
  });

  it.each([
    ['a British number without its calling code, claimed as British', '07470 674927', 'GB', 'sent'],
    ['a British number, no claim', '+447470674927', undefined, 'sent'],
    ['a British number, claimed as French', '+447470674927', 'FR', 'sent'],
    ['an American number, no claim', '+12025550123', undefined, 'sent'],
    ['a Canadian number, no claim', '+14165550123', undefined, 'refused'],
    ['a Jamaican number, claimed as American', '+18765550123', 'US', 'refused'],
    ['a French number, claimed as British', '+33612345678', 'GB', 'refused'],
    ['a number of Guernsey, claimed as British', '+441481256789', 'GB', 'refused'],
    ['a number of no country, no claim', '+883510012345', undefined, 'refused'],
  ])('or not, by the country of the number and not the claimed one: %s', async (_, number, country, outcome) => {
    const { validation, messenger } = await open({ allowedCountries: ['GB', 'US'] });
    const request = validation.requestToken(phone(number, country));
    if (outcome === 'sent') await request;
    else expect(await failureOf(request)).toEqual({ kind: 'destination_refused' });
    expect(messenger.asked).toBe(outcome === 'sent' ? 1 : 0);
  });

  it('for a malformed secret in every operation', async () => {
    const { validation } = await open();
    const key = { purpose: 'identity', medium: 'email', sid: 'any', clientSecret: 'a b' } as const;
    expect(await failureOf(validation.loadValidated(key))).toEqual(invalidSecret);
    expect(await failureOf(validation.submitToken(key, new Secret('t'), undefined))).toEqual(invalidSecret);
    expect(await failureOf(validation.consume(key, nothing))).toEqual(invalidSecret);
  });
});

describe('if a message is not delivered', () => {
  it.each<[DeliveryFailureDetails, ThreepidFailureDetails]>([
    [{ kind: 'no_channel' }, { kind: 'medium_unsupported', medium: 'msisdn' }],
    [{ kind: 'address_unknown' }, { kind: 'send_failed', medium: 'msisdn' }],
    [{ kind: 'address_unreachable' }, { kind: 'send_failed', medium: 'msisdn' }],
    [{ kind: 'channel_down' }, { kind: 'send_failed', medium: 'msisdn' }],
    [
      { kind: 'slow_down', retryAfterMs: 9 },
      { kind: 'rate_limited', retryAfterMs: 9 },
    ],
  ])('because of %j, which is %j to anonymous callers, and masked in the log', async (delivery, fault) => {
    const logger = createRecordingLogger();
    const { validation, messenger } = await open({ logger });
    messenger.fail(delivery);
    expect(await failureOf(validation.requestToken(phoneRequest()))).toEqual(fault);
    const { fields } = await logger.line('validation token not sent');
    expect(JSON.parse(JSON.stringify(fields))).toEqual({
      reason: delivery.kind,
      medium: 'msisdn',
      number: '+…27',
      callingCode: '44',
    });
  });

  it('the log contains the domain of a mail, and not its recipient', async () => {
    const logger = createRecordingLogger();
    const { validation, messenger } = await open({ logger });
    messenger.fail({ kind: 'channel_down' });
    await failureOf(validation.requestToken(emailRequest()));
    const { fields } = await logger.line('validation token not sent');
    expect(fields).toEqual({ reason: 'channel_down', medium: 'email', domain: 'mail.test' });
  });

  it('a defect is a defect', async () => {
    const { validation } = await open({
      messenger: { ...createRecordingMessenger(), send: () => Promise.reject(new Error('a bug')) },
    });
    await expect(validation.requestToken(emailRequest())).rejects.toThrow('a bug');
  });

  it('only messages that may have been delivered count for their address', async () => {
    const two = { max: 2, windowMs: day };
    const { validation, messenger } = await open({ allowances: { ...allowances, perPhoneNumber: two } });
    messenger.fail({ kind: 'address_unreachable' });
    for (let time = 0; time < 5; time += 1) {
      expect(await failureOf(validation.requestToken(phoneRequest({ asker: askerOf('alice') })))).toMatchObject({
        kind: 'send_failed',
      });
    }
    messenger.fail({ kind: 'channel_down' });
    for (let time = 0; time < 5; time += 1) {
      expect(await failureOf(validation.requestToken(phoneRequest({ asker: askerOf('alice') })))).toMatchObject({
        kind: 'send_failed',
      });
    }
    messenger.fail({ kind: 'address_unknown' }, { mayHaveSent: true });
    for (let time = 0; time < 2; time += 1) {
      expect(await failureOf(validation.requestToken(phoneRequest({ asker: askerOf('alice') })))).toMatchObject({
        kind: 'send_failed',
      });
    }
    expect(await failureOf(validation.requestToken(phoneRequest({ asker: askerOf('alice') })))).toEqual({
      kind: 'rate_limited',
      retryAfterMs: day,
    });
  });
});

describe('there is a limit', () => {
  const two = { max: 2, windowMs: hour };
  const anonymousAt = (client: string | undefined) => ({ client, mxid: undefined });
  const limited = { kind: 'rate_limited', retryAfterMs: expect.any(Number) };
  const differently = (number: number) => ({ clientSecret: `s${number}` });

  it('to messages to one address, for all callers and purposes', async () => {
    const { validation, clock } = await open({ allowances: { ...allowances, perEmailAddress: two } });
    await validation.requestToken(emailRequest({ ...differently(1), asker: askerOf('alice', 'a') }));
    await clock.advance(1000);
    await validation.requestToken(emailRequest({ ...differently(2), asker: askerOf('bob', 'b'), purpose: 'account' }));
    const third = emailRequest({ ...differently(3), asker: askerOf('carol', 'c') });
    expect(await failureOf(validation.requestToken(third))).toEqual({
      kind: 'rate_limited',
      retryAfterMs: hour - 1000,
    });
    await validation.requestToken(emailTo('bob@mail.test'));
    await validation.requestToken(phoneRequest());
    await clock.advance(hour - 1000);
    await validation.requestToken(third);
    expect(await failureOf(validation.requestToken(emailRequest(differently(4))))).toMatchObject({
      kind: 'rate_limited',
    });
  });

  it('to messages to one address that a cleanup does not reset', async () => {
    const { validation, clock } = await open({
      allowances: { ...allowances, perEmailAddress: two },
      lifetimes: { provableMs: 1000, usableMs: 1000, rememberedMs: 0 },
    });
    const asker = askerOf('alice');
    await validation.requestToken(emailRequest({ ...differently(1), asker }));
    await validation.requestToken(emailRequest({ ...differently(2), asker }));
    await clock.advance(hour - 1);
    await validation.sweep();
    const third = emailRequest({ ...differently(3), asker });
    expect(await failureOf(validation.requestToken(third))).toEqual({ kind: 'rate_limited', retryAfterMs: 1 });
  });

  it('to messages to one phone number, which a guesser gets as an error', async () => {
    const { validation, messenger, clock } = await open({
      allowances: { ...allowances, perPhoneNumber: { max: 1, windowMs: hour } },
      maxGuesses: 1,
    });
    const request = phoneRequest();
    const { sid } = await validation.requestToken(request);
    await clock.advance(1000);
    const again = { kind: 'rate_limited', retryAfterMs: hour - 1000 };
    expect(await failureOf(validation.requestToken(phoneRequest({ sendAttempt: 2 })))).toEqual(again);
    const guess = () => failureOf(validation.submitToken(keyOf(request, sid), new Secret('none'), undefined));
    expect(await guess()).toEqual({ kind: 'token_wrong' });
    expect(await guess()).toEqual({ kind: 'too_many_guesses', retryAfterMs: hour - 1000 });
    expect(messenger.sent).toHaveLength(1);
  });

  it('to messages that one client requests, but not if clients are unknown', async () => {
    const { validation } = await open({ allowances: { ...allowances, perClient: two } });
    const ask = (number: number, client: string | undefined) =>
      validation.requestToken(emailRequest({ ...differently(number), asker: anonymousAt(client) }));
    await ask(1, 'a');
    await ask(2, 'a');
    expect(await failureOf(ask(3, 'a'))).toEqual(limited);
    await ask(1, 'a');
    await ask(4, 'b');
    for (let number = 5; number < 15; number += 1) await ask(number, undefined);
  });

  it('to messages that one user requests', async () => {
    const { validation } = await open({ allowances: { ...allowances, perUser: two } });
    const ask = (number: number, user: string) =>
      validation.requestToken(emailRequest({ ...differently(number), asker: askerOf(user, `client ${number}`) }));
    await ask(1, 'alice');
    await ask(2, 'alice');
    expect(await failureOf(ask(3, 'alice'))).toEqual(limited);
    await ask(4, 'bob');
  });

  describe('of which unauthenticated callers, and users of other servers, use a part:', () => {
    const four = { max: 4, windowMs: hour };
    const foreigner = (server: string) => ({ client: '203.0.113.9', mxid: `@eve:${server}` as Mxid });
    const others = [
      ['unauthenticated callers', (index: number) => anonymousAt(`client ${index}`)],
      ['users of one other server', (index: number) => ({ ...foreigner('evil.test'), client: `client ${index}` })],
    ] as const;
    const numbers = ['+447470674921', '+447470674922', '+447470674923', '+447470674924', '+447470674925'];
    const budgets = [
      ['codes to one country', { perCallingCode: four }, (index: number) => phone(numbers[index] ?? '')],
      ['codes to one number', { perPhoneNumber: four }, () => phone(numbers[0] ?? '')],
      ['mails to one address', { perEmailAddress: four }, () => emailRequest()],
    ] as const;
    const cells = budgets.flatMap(([what, limits, request]) =>
      others.map(([who, askerAt]) => ({ what, limits, request, who, askerAt })),
    );

    it.each(cells)('$what, $who', async ({ limits, request, askerAt }) => {
      const { validation } = await open({ allowances: { ...allowances, ...limits } });
      const ask = (index: number, asker: Asker) =>
        validation.requestToken({ ...request(index), ...differently(index), asker });
      await ask(0, askerAt(0));
      await ask(1, askerAt(1));
      expect(await failureOf(ask(2, askerAt(2)))).toEqual(limited);
      await ask(3, foreigner('good.test'));
      expect(await failureOf(ask(4, foreigner('third.test')))).toEqual(limited);
      await ask(4, askerOf('alice'));
      expect(await failureOf(ask(2, askerOf('bob')))).toEqual(limited);
    });
  });

  it('to messages to phones of one country, for all callers', async () => {
    const { validation } = await open({ allowances: { ...allowances, perCallingCode: two } });
    const ask = (number: string) => validation.requestToken({ ...phone(number), asker: askerOf(number.slice(1)) });
    await ask('+447470674921');
    await ask('+447470674922');
    expect(await failureOf(ask('+447470674923'))).toEqual(limited);
    await ask('+33612345678');
    await validation.requestToken(emailRequest());
  });

  it('of which nothing is used up by a request that another limit refuses', async () => {
    const { validation } = await open({
      allowances: { ...allowances, perCallingCode: two, perUser: { max: 3, windowMs: hour } },
    });
    const ask = (number: string) => validation.requestToken({ ...phone(number), asker: askerOf('alice') });
    await ask('+447470674921');
    await ask('+447470674922');
    for (let time = 0; time < 5; time += 1) expect(await failureOf(ask('+447470674923'))).toEqual(limited);
    await ask('+33612345678');
    expect(await failureOf(ask('+33612345679'))).toEqual(limited);
  });

  it('to the tokens of one client, right or wrong', async () => {
    const { validation, messenger } = await open({ allowances: { ...allowances, guessesPerClient: two } });
    const request = emailRequest();
    const { sid } = await validation.requestToken(request);
    const give = (token: string, client: string | undefined) =>
      validation.submitToken(keyOf(request, sid), new Secret(token), client);
    expect(await failureOf(give('wrong', 'a'))).toEqual({ kind: 'token_wrong' });
    await give(messenger.tokens()[0] ?? '', 'a');
    expect(await failureOf(give(messenger.tokens()[0] ?? '', 'a'))).toEqual(limited);
    await give(messenger.tokens()[0] ?? '', 'b');
    for (let time = 0; time < 5; time += 1) await give(messenger.tokens()[0] ?? '', undefined);
  });
});
