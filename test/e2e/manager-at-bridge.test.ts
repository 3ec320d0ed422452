import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { install, type Installation } from '../support/daemon.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

const alice = '@alice:example.test';
const id = '700020400';

let sandbox: Sandbox;
let standIn: StandInBridge;
let gangway: Installation;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
  standIn = await startStandInBridge({ sandbox });
  gangway = await install(sandbox, {
    bridge: {
      permissions: { 'example.test': 'user' },
      upstream: { address: standIn.url, shared_secret: standIn.sharedSecret },
    },
  });
  await gangway.start();
}, 60_000);
afterAll(async () => {
  await gangway.remove();
  await standIn.stop();
  await sandbox.stop();
});

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The same request to Gangway and to the bridge behind it. */
async function both(method: 'GET' | 'POST', path: string, body?: unknown): Promise<readonly [Reply, Reply]> {
  return [await atGangway(method, path, body), await atBridge(method, path, body)];
}

const withUser = (path: string) => `/v3/${path}?user_id=${encodeURIComponent(alice)}`;

async function atGangway(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> {
  const { status, body: json } = await gangway.call(method, withUser(path), body);
  return { status, body: json };
}

async function atBridge(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> {
  const response = await fetch(`${standIn.url}/_matrix/provision${withUser(path)}`, {
    method,
    headers: { authorization: `Bearer ${standIn.sharedSecret}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Reply['body'] };
}

/**
 * The intended differences: Gangway takes no sessions from users, has its own port, and names the
 * network itself.
 */
function comparable({ status, body }: Reply): unknown {
  const { login_flows: flows, network, logins, ...rest } = body;
  const known = (flows as { readonly id: string }[] | undefined)
    ?.map((flow) => flow.id)
    .filter((flow) => flow !== 'manual');
  const { network_id, beeper_bridge_type, displayname } = (network ?? {}) as Readonly<Record<string, unknown>>;
  return {
    status,
    ...rest,
    flows: known?.toSorted(),
    network: { network_id, beeper_bridge_type, displayname },
    logins: timeless(logins),
  };
}

/** The bridge writes the current time. */
function timeless(value: unknown): unknown {
  const text = JSON.stringify(value ?? null).replaceAll(/"(state_ts|timestamp)":\d+/g, '"$1":0');
  return JSON.parse(text);
}

/** Every request that mautrix-manager makes, in the order of its pages. */
it('mautrix-manager gets all answers of the bridge behind Gangway', { timeout: 60_000 }, async () => {
  for (const [gangwaySays, bridgeSays] of [await both('GET', 'whoami'), await both('GET', 'logins')]) {
    expect(comparable(gangwaySays)).toMatchObject(comparable(bridgeSays) as object);
  }
  // The same steps lead to a login, which the bridge then has.
  const phoneStep = 'fi.mau.telegram.login.phone_number';
  const codeStep = 'fi.mau.telegram.login.code';
  const { body: begun } = await atGangway('POST', 'login/start/phone', {});
  expect(begun).toMatchObject({ type: 'user_input', step_id: phoneStep });
  const step = (name: string) => `login/step/${String(begun['login_id'])}/${name}/user_input`;
  const asked = await atGangway('POST', step(phoneStep), { [phoneStep]: '+9996620400' });
  expect(asked.body).toMatchObject({ type: 'user_input', step_id: codeStep });
  const { body: complete } = await atGangway('POST', step(codeStep), { [codeStep]: '22222' });
  expect(complete).toMatchObject({
    type: 'complete',
    complete: { user_login_id: id },
    'gangway.hand_over': 'handed_over',
  });

  // The room is created once: the bridge finds it from then on.
  expect((await atGangway('POST', 'create_dm/sandbox_20401', {})).status).toBe(201);
  const replies = [
    await both('GET', 'whoami'),
    await both('GET', 'logins'),
    await both('GET', 'contacts'),
    await both('POST', 'search_users', { query: 'Sandbox' }),
    await both('GET', 'resolve_identifier/sandbox_20401'),
    await both('GET', 'resolve_identifier/sandbox_nobody'),
    await both('POST', 'create_dm/sandbox_20401', {}),
    await both('POST', 'create_group/group', { participants: ['700020401'], name: { name: 'Friends' } }),
    await both('POST', 'logout/123'),
  ];
  expect(replies.map(([{ status }]) => status)).toEqual([200, 200, 200, 200, 200, 404, 200, 200, 404]);
  for (const [gangwaySays, bridgeSays] of replies) {
    const { error: _ours, ...ours } = comparable(gangwaySays) as Record<string, unknown>;
    const { error: _theirs, ...theirs } = comparable(bridgeSays) as Record<string, unknown>;
    expect(ours).toMatchObject(theirs);
  }
  expect(replies[0]?.[0].body['logins']).toHaveLength(1);

  expect((await atGangway('POST', `logout/${id}`)).status).toBe(200);
  expect(standIn.logins.size).toBe(0);
  expect(sandbox.control.sessions()).toEqual([]);
});
