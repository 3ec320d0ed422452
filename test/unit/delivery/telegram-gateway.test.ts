import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
import { createMessenger } from '../../../src/delivery/create-messenger.js';
import type { PhoneValidation } from '../../../src/delivery/messenger.js';
import { createTelegramGatewayChannel, type TelegramGatewayDeps } from '../../../src/delivery/telegram-gateway.js';
import { startGatewayApi, type GatewayApi } from '../../support/gateway-api.js';
import { phoneValidation } from '../../support/messages.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

let api: GatewayApi;
beforeEach(async () => {
  api = await startGatewayApi();
});
afterEach(() => api.stop());

function gateway(overrides: Partial<TelegramGatewayDeps> = {}) {
  const channel = createTelegramGatewayChannel({ token: new Secret(api.token), address: api.url, ...overrides });
  const logger = createRecordingLogger();
  const messenger = createMessenger({ email: [], phone: [channel], clock: systemClock, logger });
  const failure = async (message: PhoneValidation) => {
    const error: unknown = await messenger.send(message).catch((thrown: unknown) => thrown);
    if (!(error instanceof Error) || !('details' in error)) throw new Error('it was sent');
    return { details: error.details, cause: error.cause };
  };
  return { messenger, logger, failure };
}

function to(number: string): PhoneValidation {
  const parsed = PhoneNumber.parse(number);
  if (parsed === undefined) throw new Error(`${number} is no phone number`);
  return phoneValidation({ to: parsed });
}

describe('codes through the Telegram Gateway', () => {
  it('sends our code to the number with its plus', async () => {
    const { messenger } = gateway();
    await messenger.send(phoneValidation());
    expect(api.sent).toEqual([
      {
        requestId: 'request-1',
        phoneNumber: '+447700900123',
        code: '123456',
        ttl: 600,
        senderUsername: undefined,
        callbackUrl: undefined,
      },
    ]);
  });

  it('sends the sender and the callback URL, if configured', async () => {
    const callbackUrl = 'https://id.example.test/telegram-gateway/report';
    const { messenger } = gateway({ senderUsername: 'gangway_test', callbackUrl });
    await messenger.send(phoneValidation());
    expect(api.sent[0]).toMatchObject({ senderUsername: 'gangway_test', callbackUrl });
  });

  it.each([
    { goodFor: 'a second', expiresInMs: 1000, undeliveredAfterMs: undefined, ttl: 30 },
    { goodFor: 'a day', expiresInMs: 86_400_000, undeliveredAfterMs: undefined, ttl: 3600 },
    { goodFor: 'ten minutes', expiresInMs: 600_000, undeliveredAfterMs: 60_000, ttl: 60 },
    { goodFor: 'a minute', expiresInMs: 60_000, undeliveredAfterMs: 600_000, ttl: 60 },
  ])('limits the lifetime $goodFor of a code to the bounds of the API', async (row) => {
    const { expiresInMs, undeliveredAfterMs, ttl } = row;
    const { messenger } = gateway({ undeliveredAfterMs });
    await messenger.send(phoneValidation({ expiresInMs }));
    expect(api.sent[0]?.ttl).toBe(ttl);
  });

  it.each([
    { number: '+447700900400', error: 'PHONE_NUMBER_INVALID', details: { kind: 'address_unknown' } },
    { number: '+447700900404', error: 'PHONE_NUMBER_NOT_FOUND', details: { kind: 'address_unreachable' } },
    { number: '+447700900410', error: 'PHONE_NUMBER_NOT_AVAILABLE', details: { kind: 'address_unreachable' } },
    { number: '+447700900429', error: 'FLOOD_WAIT_17', details: { kind: 'slow_down', retryAfterMs: 17_000 } },
  ])('$error is $details.kind, without an error in the log', async ({ number, details }) => {
    const { failure, logger } = gateway();
    expect((await failure(to(number))).details).toEqual(details);
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(JSON.stringify(logger.lines)).not.toContain(number.slice(1));
  });

  it.each([
    { number: '+447700900402', problem: 'no_credit', detail: 'BALANCE_NOT_ENOUGH' },
    { number: '+447700900499', problem: 'settings_refused', detail: 'SOMETHING_NEW' },
    { number: '+447700900500', problem: 'out_of_order', detail: 'status 500 without a result or an error' },
    { number: '+447700900302', problem: 'answer_unfit', detail: 'status 302, a redirect' },
    { number: '+447700900413', problem: 'answer_unfit', detail: 'status 200, a reply without an end' },
  ])('logs an error $problem: $detail', async ({ number, problem, detail }) => {
    const { failure, logger } = gateway();
    expect((await failure(to(number))).details).toEqual({ kind: 'channel_down' });
    const alarm = await logger.line('delivery channel down');
    expect(alarm.fields).toMatchObject({ channel: 'phone[0] telegram_gateway', problem, detail });
    expect(api.asked).toHaveLength(1);
  });

  it('logs an error for a wrong token without showing it', async () => {
    const { failure, logger } = gateway({ token: new Secret('AAEunknownTokenOfGreatLength') });
    expect((await failure(phoneValidation())).cause).toMatchObject({ problem: 'credentials_refused' });
    expect(JSON.stringify(logger.lines)).not.toContain('unknownToken');
  });

  it('is down after its time limit without a response', async () => {
    const { failure } = gateway({ deadlineMs: 50 });
    expect(await failure(to('+447700900418'))).toMatchObject({
      details: { kind: 'channel_down' },
      cause: { problem: 'no_answer' },
    });
  });

  it('is down if nothing listens', async () => {
    await api.stop();
    expect((await gateway().failure(phoneValidation())).cause).toMatchObject({
      problem: 'no_connection',
      detail: 'ECONNREFUSED',
    });
  });
});
