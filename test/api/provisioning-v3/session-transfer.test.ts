import { afterEach, describe, expect, it } from 'vitest';
import { alice, startProvisioning, type Provisioning } from '../../support/provisioning.js';
import { logIn } from '../provisioning-v1/operations.js';

const id = '9996620234';
let api: Provisioning;
afterEach(() => api.close());

const transfer = (call: string, body: unknown = { remote_id: id }) =>
  api.call('POST', `/v3/session_transfer/${call}?user_id=${alice}`, body);
const heldBy = async () => {
  const { json } = await api.call('GET', `/v3/whoami?user_id=${alice}`);
  return (json['logins'] as readonly Record<string, unknown>[]).map((login) => login['gangway.held_by']);
};

describe('a session transfer', () => {
  it('exports the session without logging out at Telegram', async () => {
    api = await startProvisioning();
    await logIn(api, alice);
    const given = await transfer('init');
    expect(given).toMatchObject({
      status: 200,
      json: { credentials: { auth_key: expect.any(String), dc_id: 2, server_address: '127.0.0.1:443' } },
    });
    expect((await transfer('init')).text).toBe(given.text);
    expect(await heldBy()).toEqual(['export']);
    expect((await api.call('GET', `/v3/contacts?user_id=${alice}`)).json).toMatchObject({
      errcode: 'GANGWAY.SESSION_HELD',
    });
    expect(await transfer('finish')).toMatchObject({ status: 200, text: '{}' });
    expect(await heldBy()).toEqual(['export']);
    expect((await api.call('GET', `/${alice}/get_me`)).status).toBe(200);
    expect(api.telegram.authorizations(id)).toBe(1);
  });

  it('is cancelled, and Gangway uses the session again', async () => {
    api = await startProvisioning();
    await logIn(api, alice);
    await transfer('init');
    expect(await transfer('cancel')).toMatchObject({ status: 200, text: '{}' });
    expect(await heldBy()).toEqual([undefined]);
    expect((await api.call('GET', `/v3/contacts?user_id=${alice}`)).status).toBe(200);
  });

  it.each(['init', 'finish', 'cancel'])('does not exist unless it is enabled: %s', async (call) => {
    api = await startProvisioning({ hasTransfers: false });
    await logIn(api, alice);
    const unknown = await transfer('export');
    expect(unknown.status).toBe(404);
    const { status, text } = await transfer(call);
    expect({ status, text }).toEqual({ status: 404, text: unknown.text });
    expect(await heldBy()).toEqual([undefined]);
  });
});
