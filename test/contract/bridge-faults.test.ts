import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bridge, HandOverProcess } from '../../src/bridge/bridge.js';
import type { BridgeFailureDetails } from '../../src/bridge/failure.js';
import { bridgeAt, bridgeFailureOf, mxidOf } from '../support/bridge-calls.js';
import { createFakeClock } from '../support/fake-clock.js';
import { bridgeSessionOf } from '../support/made-session.js';
import { createSlowFault, type BridgePoint } from '../support/stand-in-bridge/faults.js';
import { startStandInBridge, type StandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { until } from '../support/until.js';

const alice = mxidOf('@alice:example.test');
const loginId = '700020123';
/** No request of these tests reaches Telegram. */
const sandbox = { dataCentres: [], publicKeyPem: '' };
const session = bridgeSessionOf(randomBytes(256), 2);

let standIn: StandInBridge;
let bridge: Bridge;
beforeEach(async () => {
  standIn = await startStandInBridge({ sandbox });
  bridge = bridgeAt(standIn);
});
afterEach(() => standIn.stop());

interface Row {
  readonly point: BridgePoint;
  readonly call: (process: HandOverProcess) => Promise<unknown>;
}

/** Every method of the port. */
const rows: readonly Row[] = [
  { point: 'whoami', call: () => bridge.findUser(alice) },
  { point: 'start', call: () => bridge.startHandOver(alice) },
  { point: 'step', call: (process) => bridge.submitSession(alice, process, session) },
  { point: 'cancel', call: (process) => bridge.cancelHandOver(alice, process) },
  { point: 'logout', call: () => bridge.logOut(alice, loginId) },
  { point: 'contacts', call: () => bridge.contacts(alice, loginId) },
  { point: 'search_users', call: () => bridge.searchUsers(alice, loginId, 'sandbox') },
  { point: 'resolve_identifier', call: () => bridge.resolveIdentifier(alice, loginId, 'sandbox_20124') },
  { point: 'create_dm', call: () => bridge.createDm(alice, loginId, 'sandbox_20124') },
  { point: 'create_group', call: () => bridge.createGroup(alice, loginId, 'group', {}) },
  ...(['backfill', 'image_pack', 'resolve_media'] as const).map((point) => ({
    point,
    call: () => bridge.passOn(alice, loginId, { method: 'POST', path: [point, 'import'], body: {} }),
  })),
];

const unreachable: BridgeFailureDetails = { kind: 'bridge_unreachable' };
const invalid: BridgeFailureDetails = { kind: 'bridge_answer_invalid' };
const unknownError = JSON.stringify({ errcode: 'M_UNKNOWN', error: 'Failed to get user' });

const internal = (reason: string) =>
  JSON.stringify({ errcode: 'M_UNKNOWN', error: 'Internal error', 'fi.mau.internal_error': reason });

const answers: readonly (readonly [string, number, string, BridgeFailureDetails])[] = [
  ['a gateway without the bridge', 502, '<html>Bad Gateway</html>', unreachable],
  ['a bridge that is starting', 503, '{"errcode":"M_UNKNOWN","error":"starting"}', unreachable],
  ['a gateway that waited too long', 504, '', unreachable],
  ['a rate limit', 429, '{"errcode":"M_LIMIT_EXCEEDED","error":"Too many requests"}', unreachable],
  [
    'a failure of the bridge',
    500,
    unknownError,
    { kind: 'bridge_refused', message: 'Failed to get user', isFinal: false },
  ],
  ['a bridge without a connection to Telegram', 500, internal('waitSession: connection dead'), unreachable],
  ['a bridge that has given up', 500, internal('failed to get self: context deadline exceeded'), unreachable],
  [
    'a flood wait of Telegram',
    500,
    internal('failed to get self: rpc error code 420: FLOOD_WAIT (40)'),
    { kind: 'bridge_flood_wait', retryAfterMs: 40_000 },
  ],
  [
    'a flood wait for users without Premium',
    500,
    internal('rpc error code 420: FLOOD_PREMIUM_WAIT (7)'),
    { kind: 'bridge_flood_wait', retryAfterMs: 7_000 },
  ],
  [
    'a limit of Telegram without a time',
    500,
    internal('rpc error code 420: FROZEN_METHOD_INVALID'),
    { kind: 'bridge_refused', message: 'rpc error code 420: FROZEN_METHOD_INVALID', isFinal: false },
  ],
  ['a page', 200, '<html></html>', invalid],
  ['a list', 200, '[]', invalid],
  ['a redirect', 302, '{}', invalid],
  ['an endless answer', 200, `{"filler":"${'x'.repeat(1024 * 1024)}"}`, invalid],
  ['a page that is not found', 404, '<html>Not Found</html>', invalid],
  ['an error without errcode', 404, '{"error":"no such page"}', invalid],
];

const endedSessions = [
  'failed to get self: rpc error code 401: AUTH_KEY_UNREGISTERED',
  'rpc error code 401: SESSION_REVOKED',
  'rpc error code 401: SESSION_EXPIRED',
  'rpc error code 401: USER_DEACTIVATED_BAN',
  'rpc error code 406: AUTH_KEY_DUPLICATED',
];

/** The answer of a bridge to a client without Gangway, for requests about a login. */
const rejections: readonly (readonly [status: number, errcode: string, error: string])[] = [
  [400, 'M_INVALID_PARAM', 'Name is required'],
  [400, 'M_NOT_JSON', 'Failed to decode request body'],
  [403, 'M_FORBIDDEN', 'Login is not logged in'],
  [404, 'M_UNRECOGNIZED', 'Manual backfill is not enabled'],
  [404, 'M_UNRECOGNIZED', 'Unrecognized endpoint'],
  [409, 'FI.MAU.SOMETHING', 'Something new'],
  [413, 'M_TOO_LARGE', 'Too large'],
  [504, 'FI.MAU.BRIDGE_BACKFILL_TIMEOUT', 'Backfill did not complete within 25 seconds'],
];

const isAboutLogin = (point: BridgePoint) =>
  !['whoami', 'flows', 'start', 'step', 'cancel', 'logins', 'logout'].includes(point);

describe.each(rows.filter(({ point }) => isAboutLogin(point)))('$point', ({ point, call }) => {
  it.each(rejections)('is rejected with %i %s %s', async (status, errcode, message) => {
    const process = await bridge.startHandOver(alice);
    standIn.fail(point, { kind: 'answer', status, text: JSON.stringify({ errcode, error: message }) });
    expect(await bridgeFailureOf(call(process))).toEqual({ kind: 'bridge_request_rejected', status, errcode, message });
  });

  it('does not return an invalid errcode', async () => {
    const process = await bridge.startHandOver(alice);
    standIn.fail(point, { kind: 'answer', status: 400, text: '{"errcode":"no code\\n","error":"x"}' });
    expect(await bridgeFailureOf(call(process))).toMatchObject({
      kind: 'bridge_request_rejected',
      errcode: 'M_UNKNOWN',
    });
  });
});

describe.each(rows)('$point', ({ point, call }) => {
  it.each(answers)('reports %s', async (_what, status, text, fault) => {
    const process = await bridge.startHandOver(alice);
    standIn.fail(point, { kind: 'answer', status, text, headers: { Location: '/elsewhere' } });
    expect(await bridgeFailureOf(call(process))).toEqual(fault);
  });

  it.each(endedSessions)('reports %s', async (reason) => {
    const process = await bridge.startHandOver(alice);
    standIn.fail(point, { kind: 'answer', status: 500, text: internal(reason) });
    // Only these reach Telegram with a login of the bridge.
    const isLogin = isAboutLogin(point);
    const fault = isLogin
      ? { kind: 'bridge_login_unknown' }
      : { kind: 'bridge_refused', message: reason, isFinal: true };
    expect(await bridgeFailureOf(call(process))).toEqual(fault);
  });

  it('distinguishes an unreachable bridge and one that closes the connection', async () => {
    const process = await bridge.startHandOver(alice);
    standIn.fail(point, { kind: 'drop' });
    expect(await bridgeFailureOf(call(process))).toEqual(unreachable);
    standIn.fail(point, { kind: 'lose_answer' });
    expect(await bridgeFailureOf(call(process))).toEqual(unreachable);
    await standIn.goDown();
    expect(await bridgeFailureOf(call(process))).toEqual(unreachable);
    await standIn.comeUp();
  });

  it('rejects at the time limit', async () => {
    const process = await bridge.startHandOver(alice);
    const slow = createSlowFault();
    standIn.fail(point, slow.fault);
    const clock = createFakeClock();
    const real = bridge;
    bridge = bridgeAt(standIn, clock);
    const fault = bridgeFailureOf(call(process));
    bridge = real;
    await until(() => standIn.requests.at(-1)?.point === point);
    await clock.advance(60_000);
    expect(await fault).toEqual(unreachable);
    await bridge.cancelHandOver(alice, process);
    slow.release();
  });

  it('distinguishes a wrong secret, a disabled API and a user without permission', async () => {
    const process = await bridge.startHandOver(alice);
    const strict = await startStandInBridge({ sandbox, allows: () => false });
    const disabled = await startStandInBridge({ sandbox, sharedSecret: 'too-short' });
    const faults: BridgeFailureDetails[] = [];
    const real = bridge;
    for (const at of [{ ...standIn, sharedSecret: 'another-secret' }, strict, disabled]) {
      bridge = bridgeAt(at);
      faults.push(await bridgeFailureOf(call(process)));
    }
    bridge = real;
    await Promise.all([strict.stop(), disabled.stop()]);
    expect(faults).toEqual([
      { kind: 'bridge_secret_rejected' },
      { kind: 'bridge_user_forbidden' },
      { kind: 'bridge_refused', message: 'Provisioning API is disabled', isFinal: false },
    ]);
  });

  it('does not repeat the session or the secret in a message', async () => {
    const process = await bridge.startHandOver(alice);
    const key = (JSON.parse(session.reveal()) as { auth_key: string }).auth_key;
    const parts = [session.reveal(), key.slice(40, 60), standIn.sharedSecret, key.slice(0, 200)];
    const error = { errcode: 'M_UNKNOWN', error: 'x', 'fi.mau.internal_error': `it was ${parts.join(' and ')}` };
    standIn.fail(point, { kind: 'answer', status: 500, text: JSON.stringify(error) });
    const fault = await bridgeFailureOf(call(process));
    const text = fault.kind === 'bridge_refused' ? fault.message : '';
    expect(text).toMatch(/^it was /);
    const shown = point === 'step' ? parts : [standIn.sharedSecret, key.slice(0, 200)];
    for (const part of shown) expect(text).not.toContain(part);
  });
});
