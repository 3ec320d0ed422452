import type { Bridge, BridgeContact, BridgeLogin, BridgeLoginState, BridgeSession } from '../../src/bridge/bridge.js';
import { BridgeFailure, type BridgeFailureDetails } from '../../src/bridge/failure.js';
import type { Mxid } from '../../src/base/mxid.js';
import type { TelegramConnection, TelegramGateway } from '../../src/telegram/gateway.js';
import type { TelegramContact, TelegramUser } from '../../src/telegram/shapes.js';

/** The calls that a fault can name. */
export type FakeBridgeCall = keyof Bridge;

/** A bridge in memory, which continues sessions on the fake Telegram. */
export interface FakeBridge {
  readonly bridge: Bridge;
  /** The calls that were made, in order. */
  readonly calls: readonly FakeBridgeCall[];
  /** By Telegram user ID. */
  readonly logins: ReadonlyMap<string, FakeBridgeLogin>;
  /** Adds a login that is made at the bridge itself. */
  logIn(mxid: Mxid, session: BridgeSession): Promise<void>;
  /** Makes the next calls of that kind fail. */
  fail(call: FakeBridgeCall, fault: BridgeFailureDetails, times?: number): void;
  /** Makes every call fail with `bridge_unreachable` until `comeUp`. */
  goDown(): void;
  comeUp(): void;
}

/** A login that the bridge has; the test may change its state. */
export interface FakeBridgeLogin {
  readonly mxid: Mxid;
  readonly user: TelegramUser;
  readonly connection: TelegramConnection;
  state: BridgeLoginState;
}

const server = 'example.org';

export function createFakeBridge({ gateway }: { readonly gateway: TelegramGateway }): FakeBridge {
  const logins = new Map<string, FakeBridgeLogin>();
  const processes = new Map<string, Mxid>();
  const rooms = new Map<string, string>();
  const faults: { readonly call: FakeBridgeCall; readonly fault: BridgeFailureDetails }[] = [];
  const calls: FakeBridgeCall[] = [];
  let isDown = false;
  let started = 0;

  function begin(call: FakeBridgeCall): void {
    calls.push(call);
    if (isDown) throw new BridgeFailure({ kind: 'bridge_unreachable' });
    const index = faults.findIndex((one) => one.call === call);
    const [found] = index === -1 ? [] : faults.splice(index, 1);
    if (found) throw new BridgeFailure(found.fault);
  }

  function loginOf(mxid: Mxid, id: string): FakeBridgeLogin {
    const login = logins.get(id);
    if (login?.mxid !== mxid) throw new BridgeFailure({ kind: 'bridge_login_unknown' });
    return login;
  }

  async function logIn(mxid: Mxid, session: BridgeSession): Promise<string> {
    const connection = await gateway.connect(session);
    const user = await connection.getMe();
    logins.set(user.id, { mxid, user, connection, state: { condition: 'working', event: 'CONNECTED', timestamp: 1 } });
    return user.id;
  }

  async function find(mxid: Mxid, id: string, identifier: string): Promise<BridgeContact> {
    const found = await loginOf(mxid, id).connection.findByUsername(identifier);
    if (found.kind !== 'user') throw new BridgeFailure({ kind: 'bridge_identifier_unknown' });
    const dmRoom = rooms.get(found.user.id);
    return { ...contactOf(found.user), ...(dmRoom === undefined ? {} : { dmRoom }) };
  }

  const bridge: Bridge = {
    async findUser(mxid) {
      begin('findUser');
      const own = [...logins].filter(([, login]) => login.mxid === mxid);
      return {
        bridgeBot: `@telegrambot:${server}`,
        commandPrefix: '!tg',
        managementRoom: `!management:${server}`,
        logins: own.map(([id, login]) => shown(id, login)),
      };
    },
    async startHandOver(mxid) {
      begin('startHandOver');
      started += 1;
      processes.set(String(started), mxid);
      return { loginId: String(started), stepId: 'session', transactionId: undefined };
    },
    async submitSession(mxid, { loginId }, session) {
      begin('submitSession');
      if (processes.get(loginId) !== mxid) throw new BridgeFailure({ kind: 'bridge_process_unknown' });
      processes.delete(loginId);
      return logIn(mxid, session);
    },
    async cancelHandOver(_mxid, { loginId }) {
      begin('cancelHandOver');
      processes.delete(loginId);
    },
    async logOut(mxid, id) {
      begin('logOut');
      const login = logins.get(id);
      if (login?.mxid !== mxid) return;
      logins.delete(id);
      await login.connection.logOut().catch(() => undefined);
      await login.connection.destroy();
    },
    async contacts(mxid, id) {
      begin('contacts');
      return (await loginOf(mxid, id).connection.contacts()).map(contactOf);
    },
    async searchUsers(mxid, id, query) {
      begin('searchUsers');
      return (await loginOf(mxid, id).connection.searchUsers(query)).map(contactOf);
    },
    async resolveIdentifier(mxid, id, identifier) {
      begin('resolveIdentifier');
      return find(mxid, id, identifier);
    },
    async createDm(mxid, id, identifier) {
      begin('createDm');
      const contact = await find(mxid, id, identifier);
      const isNew = !rooms.has(contact.id);
      const dmRoom = `!dm${contact.id}:${server}`;
      rooms.set(contact.id, dmRoom);
      return { ...contact, dmRoom, isNew };
    },
    async passOn(mxid, id, { method, path, query, body, isList }) {
      begin('passOn');
      loginOf(mxid, id);
      const echo = definedJson({ method, path, query, body });
      if (path[1] === '!old:example.org') return { status: 204, body: {}, list: [] };
      return { status: 200, body: echo, list: isList === true ? [echo] : [] };
    },
    async createGroup(mxid, id, type) {
      begin('createGroup');
      loginOf(mxid, id);
      return { id: `${type}:1`, mxid: `!group:${server}` };
    },
  };

  return {
    bridge,
    calls,
    logins,
    async logIn(mxid, session) {
      await logIn(mxid, session);
    },
    fail(call, fault, times = 1) {
      for (let n = 0; n < times; n += 1) faults.push({ call, fault });
    },
    goDown() {
      isDown = true;
    },
    comeUp() {
      isDown = false;
    },
  };
}

function shown(id: string, { user, state }: FakeBridgeLogin): BridgeLogin {
  const phone = user.phone?.reveal();
  const username = user.username ?? undefined;
  const name = username ?? id;
  const profile = { phone, username, name };
  const { event: state_event, timestamp, error, message } = state;
  const written = {
    state_event,
    timestamp,
    ttl: 21_600,
    source: 'bridge',
    ...(error === undefined ? {} : { error }),
    ...(message === undefined ? {} : { message }),
  };
  const space_room = `!space:${server}`;
  const asWritten = {
    state_event,
    state_ts: timestamp,
    state: written,
    id,
    name,
    profile: definedOf(profile),
    space_room,
  };
  return { id, name, profile, isBot: user.isBot, state, spaceRoom: space_room, asWritten };
}

function definedJson(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

function definedOf(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

function contactOf({ id, username, phone, firstName, lastName }: TelegramContact): BridgeContact {
  const identifiers = [
    ...(phone === null ? [] : [`tel:${phone.reveal()}`]),
    ...(username === null ? [] : [`telegram:${username}`]),
  ];
  return {
    id,
    name: `${firstName ?? ''} ${lastName ?? ''}`.trim(),
    identifiers,
    mxid: `@telegram_${id}:${server}`,
    avatarUrl: `mxc://${server}/${id}`,
  };
}
