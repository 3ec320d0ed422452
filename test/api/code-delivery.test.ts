import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alice, startProvisioning, type Provisioning } from '../support/provisioning.js';
import { answerOf, make, start, stepIds } from './provisioning-v3/operations.js';

let api: Provisioning;
beforeAll(async () => {
  api = await startProvisioning();
});
afterAll(() => api.close());

const ways = [
  {
    number: '+9996624010',
    delivery: 'email',
    hint: 's*****@example.org',
    name: 'Code',
    text: 'The code was sent to your e-mail address s*****@example.org',
  },
  {
    number: '+9996624030',
    delivery: 'sms_word',
    hint: 'm',
    name: 'Word',
    text: 'A word was sent to your phone by SMS. Enter it in place of a code. It begins with "m"',
  },
  {
    number: '+9996624040',
    delivery: 'sms_phrase',
    hint: 'two',
    name: 'Phrase',
    text: 'A phrase was sent to your phone by SMS. Enter it in place of a code, with its blanks. It begins with "two"',
  },
  {
    number: '+9996624050',
    delivery: 'fragment',
    hint: undefined,
    name: 'Code',
    text: 'The code was sent to your Fragment account',
  },
] as const;

describe('a code that was not sent to the app', () => {
  it.each(ways)(
    'is reported with its delivery in every dialect: $delivery',
    async ({ number, delivery, hint, name, text }) => {
      const elder = await api.call('POST', `/login/${alice}/request_code`, { phone: number });
      expect(elder.json).toEqual({ state: 'code', message: `Code requested successfully. ${text}.` });

      const one = await api.call('POST', `/v1/user/@bob:example.org/login/request_code`, { phone: number });
      expect(one.json).toMatchObject({ message: `Code requested successfully. ${text}.`, code: { delivery } });
      expect((one.json['code'] as { hint?: string }).hint).toBe(hint);
      const again = await api.call('POST', `/v1/user/@bob:example.org/login/request_code`, { phone: number });
      expect(again.json['message']).toBe(
        `A code is already on its way. You can request another one in 1 minute. ${text}.`,
      );

      const begun = await start(api, 'phone', '@carol:example.org');
      const { path, body } = answerOf(begun, stepIds.phone, number);
      const three = await api.call('POST', `${path}?user_id=@carol:example.org`, body);
      expect(three.json).toMatchObject({
        step_id: stepIds.code,
        user_input: { fields: [{ type: '2fa_code', name, description: text }] },
        'gangway.code': { delivery },
      });
    },
  );

  it('in the app is reported with the default text', async () => {
    const elder = await api.call('POST', `/login/${alice}/request_code`, { phone: '+9996620234' });
    expect(elder.text).toBe('{"state":"code","message":"Code requested successfully."}');
  });
});

describe('version 3', () => {
  it.each([
    ['phone', stepIds.phone, '12', 'Invalid phone number', 'phone_number_invalid'],
    [
      'phone',
      stepIds.phone,
      '+9996624000',
      'Telegram sends no codes to accounts without a login e-mail address. Set one up in the Telegram app, or log in with a QR code',
      'login_email_required',
    ],
    ['bot', stepIds.token, '1:x', 'Invalid bot token', 'bot_token_invalid'],
  ])('repeats the step of %s with the error: %s %s', async (flow, stepId, value, text, complaint) => {
    const begun = await start(api, flow);
    const again = await make(api, answerOf(begun, stepId, value));
    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({ step_id: stepId, instructions: text, 'gangway.complaint': complaint });
    expect(again.json['txn_id']).not.toBe(begun.json['txn_id']);
  });
});
