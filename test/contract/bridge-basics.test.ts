import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bridge, BridgeSession } from '../../src/bridge/bridge.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { bridgeAt, bridgeFailureOf, mxidOf } from '../support/bridge-calls.js';
import { createFakeBridge } from '../support/fake-bridge.js';
import { createFakeTelegram } from '../support/fake-telegram.js';
import { logIn } from '../support/magic-logins.js';
import { makeBridgeSession } from '../support/made-session.js';
import { startStandInBridge } from '../support/stand-in-bridge/stand-in-bridge.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';

/** A bridge, a session for it, and a contact of the account of that session. */
interface Environment {
  readonly bridge: Bridge;
  readonly session: BridgeSession;
  readonly loginId: string;
  readonly friend: { readonly username: string; readonly id: string };
  close(): Promise<void>;
}

const alice = mxidOf('@alice:example.test');
const bob = mxidOf('@bob:example.test');

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startStrictSandbox();
});
afterAll(() => sandbox.stop());

const places: Readonly<Record<string, () => Promise<Environment>>> = {
  async 'the fake'() {
    const { gateway } = createFakeTelegram();
    const connection = await gateway.connect();
    await logIn(connection, '9996620234');
    const { session } = connection;
    await connection.destroy();
    const friend = { username: 'magic_2_0235', id: '9996620235' };
    return {
      bridge: createFakeBridge({ gateway }).bridge,
      session,
      loginId: '9996620234',
      friend,
      close: () => gateway.close(),
    };
  },
  async 'the adapter and the stand-in'() {
    const session = await makeBridgeSession(sandbox, '+9996620500');
    const standIn = await startStandInBridge({ sandbox });
    const friend = { username: 'sandbox_20501', id: '700020501' };
    return { bridge: bridgeAt(standIn), session, loginId: '700020500', friend, close: () => standIn.stop() };
  },
};

describe.each(Object.entries(places))('a bridge: %s', (_name, open) => {
  let environment: Environment;
  let bridge: Bridge;
  beforeEach(async () => {
    environment = await open();
    ({ bridge } = environment);
  });
  afterEach(() => environment.close());

  const give = async () => bridge.submitSession(alice, await bridge.startHandOver(alice), environment.session);

  it('has a login of its user only after a hand-over, in the bridge’s format', async () => {
    expect((await bridge.findUser(alice)).logins).toEqual([]);
    expect(await give()).toBe(environment.loginId);
    const { logins, commandPrefix } = await bridge.findUser(alice);
    expect(commandPrefix).toBe('!tg');
    expect(logins).toMatchObject([
      { id: environment.loginId, isBot: false, state: { condition: 'working', event: 'CONNECTED' } },
    ]);
    const [login] = logins;
    const { id, name, state } = login ?? expect.unreachable('there is no login');
    expect(login?.asWritten).toMatchObject({ id, name, state_event: state.event, state: { state_event: state.event } });
    expect((await bridge.findUser(bob)).logins).toEqual([]);
  });

  it('does not find an ended process', async () => {
    const process = await bridge.startHandOver(alice);
    await bridge.cancelHandOver(alice, process);
    await bridge.cancelHandOver(alice, process);
    const failure = await bridgeFailureOf(bridge.submitSession(alice, process, environment.session));
    expect(failure).toEqual({ kind: 'bridge_process_unknown' });
  });

  it('logs out at Telegram, and can repeat it', async () => {
    await give();
    await bridge.logOut(bob, environment.loginId);
    expect((await bridge.findUser(alice)).logins).toHaveLength(1);
    await bridge.logOut(alice, environment.loginId);
    await bridge.logOut(alice, environment.loginId);
    expect((await bridge.findUser(alice)).logins).toEqual([]);
    expect(await bridgeFailureOf(bridge.contacts(alice, environment.loginId))).toEqual({
      kind: 'bridge_login_unknown',
    });
  });

  it('finds users, and creates rooms', async () => {
    const { loginId, friend } = environment;
    await give();
    expect(await bridge.contacts(alice, loginId)).toMatchObject([{ id: friend.id }]);
    expect(await bridge.searchUsers(alice, loginId, friend.username)).toMatchObject([{ id: friend.id }]);
    expect(await bridge.resolveIdentifier(alice, loginId, friend.username)).toMatchObject({ id: friend.id });
    const unknown = await bridgeFailureOf(bridge.resolveIdentifier(alice, loginId, 'no_such_user'));
    expect(unknown).toEqual({ kind: 'bridge_identifier_unknown' });
    const room = expect.stringMatching(/^!/) as unknown;
    expect(await bridge.createDm(alice, loginId, friend.username)).toMatchObject({
      id: friend.id,
      dmRoom: room,
      isNew: true,
    });
    const group = { participants: [friend.id], name: { name: 'Friends' } };
    expect(await bridge.createGroup(alice, loginId, 'group', group)).toMatchObject({ mxid: room });
  });
});
