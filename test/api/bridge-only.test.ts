import { afterEach, describe, expect, it } from 'vitest';
import {
  alice,
  authorization,
  bob,
  startProvisioning,
  type JsonReply,
  type Provisioning,
} from '../support/provisioning.js';
import { botToken, phones } from './provisioning-0.3.0/operations.js';
import { logIn } from './provisioning-v1/operations.js';

const id = phones.plain.slice(1);
let api: Provisioning;
afterEach(() => api.close());

/** Sends it with a login of Alice that the bridge has. */
async function start(): Promise<void> {
  api = await startProvisioning({ handOver: 'automatic' });
  await logIn(api, alice);
}

const v3 = (method: 'GET' | 'POST', path: string, body?: unknown): Promise<JsonReply> =>
  api.call(method, `/v3/${path}?user_id=${alice}`, body);

describe('a request that only the bridge can answer', () => {
  const room = '!room:example.org';

  it.each([
    ['POST', `backfill/${room}`, undefined, { path: ['backfill', room], body: {} }],
    ['GET', 'image_pack/import', undefined, { path: ['image_pack', 'import'], query: {} }],
    ['POST', 'image_pack/import', undefined, { path: ['image_pack', 'import'], query: {} }],
    ['POST', 'resolve_media/$e', { a: [1] }, { path: ['resolve_media', '$e'], body: { a: [1] } }],
  ] as const)('is forwarded to it: %s %s', async (method, path, body, request) => {
    await start();
    expect((await v3(method, path, body)).json).toEqual({ method, ...request });
  });

  it('returns the bridge’s answers: a list, an empty answer, and the parameters of the query', async () => {
    await start();
    expect((await v3('GET', 'image_pack/list')).json).toEqual([{ method: 'GET', path: ['image_pack', 'list'] }]);
    const pack = await api.call('GET', `/v3/image_pack/import?user_id=${alice}&login_id=${id}&pack_url=a%26b`);
    expect(pack.json).toMatchObject({ query: { pack_url: 'a&b' } });
    const nothing = await api.send({
      method: 'POST',
      path: `/v3/backfill/!old:example.org?user_id=${alice}`,
      headers: { authorization },
    });
    expect([nothing.status, nothing.text]).toEqual([204, '']);
  });

  it.each([
    [400, 'M_INVALID_PARAM', 'Name is required'],
    [403, 'M_FORBIDDEN', 'Login is not logged in'],
    [404, 'M_UNRECOGNIZED', 'Manual backfill is not enabled'],
    [418, 'FI.MAU.SOMETHING', 'Something new'],
    [504, 'FI.MAU.BRIDGE_BACKFILL_TIMEOUT', 'Backfill did not complete within 25 seconds'],
  ])('is rejected as the bridge rejects it: %i %s', async (status, errcode, error) => {
    await start();
    for (const [call, path] of [
      ['createGroup', 'create_group/group'],
      ['createDm', 'create_dm/x'],
      ['passOn', `backfill/${room}`],
    ] as const) {
      api.fakeBridge.fail(call, { kind: 'bridge_request_rejected', status, errcode, message: error });
      const answer = await v3('POST', path, {});
      expect([answer.status, answer.text]).toEqual([status, JSON.stringify({ errcode, error })]);
    }
  });

  it('is empty in version 1: a user has no list of chats, and a bot never has one', async () => {
    await start();
    const { status, json } = await api.call('GET', `/v1/user/${alice}/chats`);
    expect([status, json['errcode']]).toEqual([501, 'chats_unavailable']);
    await api.call('POST', `/v1/user/${bob}/login/bot_token`, { token: botToken });
    expect((await api.call('GET', `/v1/user/${bob}/chats`)).json).toEqual([]);
  });
});
