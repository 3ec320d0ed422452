import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { magicPassword } from '../../support/fake-telegram-accounts.js';
import { alice, startProvisioning, type Provisioning } from '../../support/provisioning.js';

const plain = '+9996620234';
const withPassword = '+9996621234';
const withoutUsername = '+9996622234';
const botToken = `20000:${'A'.repeat(35)}`;

let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning();
});

afterEach(() => api.close());

async function logIn(phone = plain): Promise<void> {
  await api.call('POST', `/login/${alice}/request_code`, { phone });
  const { status } = await api.call('POST', `/login/${alice}/send_code`, { code: '22222' });
  expect(status).toBe(200);
}

describe('a login', () => {
  it('by phone takes a code', async () => {
    const requested = await api.call('POST', `/login/${alice}/request_code`, { phone: plain });
    expect(requested.status).toBe(200);
    expect(requested.text).toBe('{"state":"code","message":"Code requested successfully."}');

    const sent = await api.call('POST', `/login/${alice}/send_code`, { code: '22222' });
    expect(sent.status).toBe(200);
    expect(sent.text).toBe('{"state":"logged-in","username":"magic_2_0234"}');

    const me = await api.call('GET', `/${alice}/get_me`);
    expect(me.status).toBe(200);
    expect(me.text).toBe(
      '{"username":"magic_2_0234","first_name":"Magic","last_name":"0234","phone":"9996620234","is_bot":false,"id":"9996620234"}',
    );
  });
});
