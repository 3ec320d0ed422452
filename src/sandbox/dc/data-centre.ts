import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { RpcServer } from '../rpc/rpc-server.js';
import type { TlCodec } from '../tl/codec.js';
import type { TlObject } from '../tl/value.js';
import type { AuthKey } from './auth-keys.js';
import { createMessageIds } from './message-ids.js';
import { Session } from './session.js';

/** The keys and sessions of one data centre; connections come and go, these stay. */
export interface DataCentre {
  readonly id: number;
  addKey(key: AuthKey): void;
  findKey(id: bigint): AuthKey | undefined;
  /** The session of this number, a new one where there is none yet. */
  session(key: AuthKey, sessionId: bigint): Session;
  /** Forgets keys by name, all of them without names: their packets meet -404 from now on. */
  forgetKeys(names?: ReadonlySet<string>): void;
  /** Sends an update to every connected session of a key. */
  push(keyName: string, update: TlObject): void;
}

export interface DataCentreDeps {
  readonly id: number;
  readonly mtproto: TlCodec;
  readonly clock: Clock;
  readonly random: Random;
  readonly rpc: RpcServer;
}

const maxSessionsOfKey = 8;

export function createDataCentre({ id, mtproto, clock, random, rpc }: DataCentreDeps): DataCentre {
  const keys = new Map<bigint, { readonly key: AuthKey; readonly sessions: Map<bigint, Session> }>();
  const messageIds = createMessageIds(clock);
  const forgetKey = (key: AuthKey) => void keys.delete(key.id);
  const dropSession = (key: AuthKey, sessionId: bigint) => keys.get(key.id)?.sessions.delete(sessionId) ?? false;

  return {
    id,
    addKey: (key) => void keys.set(key.id, { key, sessions: new Map() }),
    findKey: (keyId) => keys.get(keyId)?.key,
    session(key, sessionId) {
      const sessions = keys.get(key.id)?.sessions ?? new Map<bigint, Session>();
      const existing = sessions.get(sessionId);
      if (existing) return existing;
      const created = new Session(key, sessionId, {
        mtproto,
        clock,
        random,
        rpc,
        messageIds,
        dc: id,
        forgetKey,
        dropSession,
      });
      sessions.set(sessionId, created);
      const [oldest] = sessions.keys();
      if (sessions.size > maxSessionsOfKey && oldest !== undefined) sessions.delete(oldest);
      return created;
    },
    forgetKeys(names) {
      for (const { key } of keys.values()) if (!names || names.has(key.name)) keys.delete(key.id);
    },
    push(keyName, update) {
      for (const { key, sessions } of keys.values()) {
        if (key.name !== keyName) continue;
        for (const session of sessions.values()) session.push(rpc.encodeUpdate(keyName, session.id, update));
      }
    },
  };
}
