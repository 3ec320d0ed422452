import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import type { Bridge } from '../../src/bridge/bridge.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { bridgeAt, bridgeFailureOf, mxidOf } from '../support/bridge-calls.js';
import { createFakeClock } from '../support/fake-clock.js';
import { bridgeSessionOf, makeBridgeSession } from '../support/made-session.js';
import { createSlowFault } from '../support/stand-in-bridge/faults.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

const alice = mxidOf('@alice:example.test');
const bob = mxidOf('@bob:example.test');
const phone = '+9996620123';
const loginId = '700020123';

let sandbox: Sandbox;
let session: Secret;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
  session = await makeBridgeSession(sandbox, phone);
});
afterAll(() => sandbox.stop());

let standIn: StandInBridge;
let bridge: Bridge;
beforeEach(async () => {
  standIn = await startStandInBridge({ sandbox });
  bridge = bridgeAt(standIn);
});
afterEach(() => standIn.stop());

async function handOver(to = alice, given = session): Promise<string> {
  return bridge.submitSession(to, await bridge.startHandOver(to), given);
}

describe('a hand-over', () => {
  it('hands the session over to the bridge, which is then logged in with it', async () => {
    expect((await bridge.findUser(alice)).logins).toEqual([]);
    expect(await handOver()).toBe(loginId);
    expect(await bridge.findUser(alice)).toEqual({
      bridgeBot: '@telegrambot:example.test',
      commandPrefix: '!tg',
      managementRoom: undefined,
      logins: [
        {
          id: loginId,
          name: 'sandbox_20123',
          profile: { phone, username: 'sandbox_20123', name: 'Sandbox 20123' },
          isBot: false,
          state: expect.objectContaining({ condition: 'working', event: 'CONNECTED' }) as unknown,
          spaceRoom: undefined,
          asWritten: expect.objectContaining({ id: loginId, state_event: 'CONNECTED' }) as unknown,
        },
      ],
    });
    expect((await bridge.findUser(bob)).logins).toEqual([]);
  });

  it('waits for the running login process if the session is submitted again', async () => {
    const process = await bridge.startHandOver(alice);
    const slow = createSlowFault();
    standIn.fail('step', slow.fault);
    const clock = createFakeClock();
    const impatient = bridgeFailureOf(bridgeAt(standIn, clock).submitSession(alice, process, session));
    await until(() => standIn.requests.at(-1)?.point === 'step');
    await clock.advance(60_000);
    expect(await impatient).toEqual({ kind: 'bridge_unreachable' });
    const second = bridge.submitSession(alice, process, session);
    await until(() => standIn.requests.filter(({ point }) => point === 'step').length === 2);
    slow.release();
    expect(await second).toBe(loginId);
  });

  it('lists the login after a lost answer', async () => {
    const process = await bridge.startHandOver(alice);
    standIn.fail('step', { kind: 'lose_answer' });
    expect(await bridgeFailureOf(bridge.submitSession(alice, process, session))).toEqual({
      kind: 'bridge_unreachable',
    });
    expect(await bridgeFailureOf(bridge.submitSession(alice, process, session))).toEqual({
      kind: 'bridge_process_unknown',
    });
    expect((await bridge.findUser(alice)).logins.map(({ id }) => id)).toEqual([loginId]);
  });

  it('does not know a process after a restart, and keeps the logins', async () => {
    const process = await bridge.startHandOver(alice);
    await standIn.restart();
    expect(await bridgeFailureOf(bridge.submitSession(alice, process, session))).toEqual({
      kind: 'bridge_process_unknown',
    });
    await handOver();
    await standIn.restart();
    expect((await bridge.findUser(alice)).logins.map(({ id }) => id)).toEqual([loginId]);
    expect(await bridge.contacts(alice, loginId)).not.toEqual([]);
  });

  it('cancels a process, also while the bridge connects, and repeatedly', async () => {
    const process = await bridge.startHandOver(alice);
    const slow = createSlowFault();
    standIn.fail('step', slow.fault);
    const submitted = bridgeFailureOf(bridge.submitSession(alice, process, session));
    await until(() => standIn.requests.at(-1)?.point === 'step');
    await bridge.cancelHandOver(alice, process);
    await bridge.cancelHandOver(alice, process);
    expect(await submitted).toEqual({ kind: 'bridge_process_unknown' });
    slow.release();
    expect(standIn.processCount()).toBe(0);
    expect(standIn.logins.size).toBe(0);
  });

  it('replaces the login of another user with the same account silently', async () => {
    await handOver(bob);
    await handOver(alice);
    expect((await bridge.findUser(bob)).logins).toEqual([]);
    expect((await bridge.findUser(alice)).logins.map(({ id }) => id)).toEqual([loginId]);
  });

  it.each([
    ['no key', () => new Secret('{"dc_id":2}'), 'session data is missing required fields', true],
    ['no JSON', () => new Secret('{'), 'failed to parse session data: unexpected end of JSON input', true],
    ['a key that Telegram does not know', () => bridgeSessionOf(randomBytes(256), 2), 'failed to get self', true],
  ])('refuses permanently %s', async (_what, given, message, isFinal) => {
    const fault = await bridgeFailureOf(handOver(alice, given()));
    expect(fault).toMatchObject({ kind: 'bridge_refused', isFinal });
    expect(fault.kind === 'bridge_refused' && fault.message).toContain(message);
    expect(standIn.processCount()).toBe(0);
  });

  it('refuses permanently without the flow manual, and beyond the number of logins', async () => {
    const old = await startStandInBridge({ sandbox, flows: ['phone', 'qr', 'bot'] });
    const full = await startStandInBridge({ sandbox, maxLogins: 0 });
    try {
      const refusals = await Promise.all([old, full].map((at) => bridgeFailureOf(bridgeAt(at).startHandOver(alice))));
      expect(refusals).toEqual([
        { kind: 'bridge_refused', message: 'unknown flow ID manual', isFinal: true },
        { kind: 'bridge_refused', message: 'Maximum number of logins exceeded (0)', isFinal: true },
      ]);
    } finally {
      await Promise.all([old.stop(), full.stop()]);
    }
  });
});

describe('a login at the bridge', () => {
  beforeEach(() => handOver().then(() => undefined));

  it('has the contacts of the account', async () => {
    const [contact] = await bridge.contacts(alice, loginId);
    expect(contact).toMatchObject({ name: 'Sandbox 20124', mxid: '@telegram_700020124:example.test' });
    expect(contact?.identifiers).toEqual(['tel:+9996620124', 'telegram:sandbox_20124']);
  });

  it('finds users by text and by identifier, and opens chats with them', async () => {
    expect((await bridge.searchUsers(alice, loginId, 'sandbox'))[0]).toMatchObject({ id: '700020124' });
    expect(await bridge.resolveIdentifier(alice, loginId, 'sandbox_20124')).toMatchObject({ id: '700020124' });
    expect(await bridge.createDm(alice, loginId, '700020124')).toMatchObject({
      id: '700020124',
      dmRoom: '!dm700020124:example.test',
      isNew: true,
    });
    const group = { name: { name: 'The group' }, participants: ['700020124'] };
    expect(await bridge.createGroup(alice, loginId, 'group', group)).toMatchObject({ mxid: '!group:example.test' });
  });

  it.each(['no_such_user', '.', '..', '', 'a/b', '?', '700020999'])('finds no user %j', async (identifier) => {
    expect(await bridgeFailureOf(bridge.resolveIdentifier(alice, loginId, identifier))).toEqual({
      kind: 'bridge_identifier_unknown',
    });
    expect(await bridgeFailureOf(bridge.createDm(alice, loginId, identifier))).toEqual({
      kind: 'bridge_identifier_unknown',
    });
  });

  it('refuses an unknown type of group', async () => {
    for (const type of ['party', '..', '']) {
      expect(await bridgeFailureOf(bridge.createGroup(alice, loginId, type, {}))).toEqual({
        kind: 'bridge_request_rejected',
        status: 404,
        errcode: 'M_UNRECOGNIZED',
        message: `Unrecognized group type ${type}`,
      });
    }
  });

  it('forwards requests with the login, and returns the bridge’s responses', async () => {
    const backfill = { method: 'POST', path: ['backfill', '!a/b?c:example.test'], body: {} } as const;
    for (const [status, text, body] of [
      [200, '{}', {}],
      [204, '', {}],
    ] as const) {
      standIn.fail('backfill', { kind: 'answer', status, text });
      expect(await bridge.passOn(alice, loginId, backfill)).toEqual({ status, body, list: [] });
    }
    const list = { method: 'GET', path: ['image_pack', 'list'], query: { pack_url: 'a&b' }, isList: true } as const;
    standIn.fail('image_pack', { kind: 'answer', status: 200, text: '[{"url":"x"}]' });
    expect(await bridge.passOn(alice, loginId, list)).toMatchObject({ list: [{ url: 'x' }] });
    standIn.fail('image_pack', { kind: 'answer', status: 200, text: '{}' });
    expect(await bridgeFailureOf(bridge.passOn(alice, loginId, list))).toEqual({ kind: 'bridge_answer_invalid' });
    expect(
      await bridgeFailureOf(bridge.passOn(alice, loginId, { method: 'GET', path: ['backfill', '..'] })),
    ).toMatchObject({ kind: 'bridge_request_rejected', status: 404 });
  });

  it.each(['700020999', 'all', '', '..'])('does not find the login %j', async (id) => {
    for (const call of [
      () => bridge.contacts(alice, id),
      () => bridge.searchUsers(alice, id, 'sandbox'),
      () => bridge.resolveIdentifier(alice, id, 'sandbox_20124'),
      () => bridge.createDm(alice, id, 'sandbox_20124'),
      () => bridge.createGroup(alice, id, 'group', {}),
      () => bridge.passOn(alice, id, { method: 'GET', path: ['image_pack', 'list'] }),
    ]) {
      expect(await bridgeFailureOf(call())).toEqual({ kind: 'bridge_login_unknown' });
    }
    await bridge.logOut(alice, id);
    expect(standIn.logins.has(loginId)).toBe(true);
  });

  it('is available to its user only', async () => {
    expect(await bridgeFailureOf(bridge.contacts(bob, loginId))).toEqual({ kind: 'bridge_login_unknown' });
    await bridge.logOut(bob, loginId);
    expect(standIn.logins.has(loginId)).toBe(true);
  });

  it.each([
    ['CONNECTING', 'working'],
    ['', 'working'],
    ['TRANSIENT_DISCONNECT', 'trouble'],
    ['A_NEW_WORD', 'trouble'],
    ['BAD_CREDENTIALS', 'ended'],
    ['LOGGED_OUT', 'ended'],
  ])('in the state %s is %s', async (event, condition) => {
    const login = standIn.logins.get(loginId);
    if (login) login.state = { event, error: 'tg-error', message: 'What happened' };
    const [found] = (await bridge.findUser(alice)).logins;
    expect(found?.state).toMatchObject({ condition, event, error: 'tg-error', message: 'What happened' });
  });
});

it('logs out at the bridge and at Telegram, and can be repeated', async () => {
  const own = await makeBridgeSession(sandbox, '+9996620130');
  await handOver(alice, own);
  await bridge.logOut(alice, '700020130');
  await bridge.logOut(alice, '700020130');
  expect(standIn.logins.size).toBe(0);
  const fault = await bridgeFailureOf(handOver(alice, own));
  expect(fault).toMatchObject({ kind: 'bridge_refused', isFinal: true });
});
