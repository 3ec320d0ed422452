import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { RpcServer } from '../rpc/rpc-server.js';
import type { TlCodec } from '../tl/codec.js';
import { intOf, longOf } from '../tl/fields.js';
import type { TlObject } from '../tl/value.js';
import type { AuthKey } from './auth-keys.js';
import { isBindingValid, type BindRequest } from './key-binding.js';
import { createMessageIds } from './message-ids.js';
import { Session, type BindRefusal } from './session.js';

/** The keys and sessions of one data centre; connections come and go, these stay. */
export interface DataCentre {
  readonly id: number;
  addKey(key: AuthKey): void;
  /** Returns the key of this ID, unless it has expired. */
  findKey(id: bigint): AuthKey | undefined;
  /**
   * Returns the key in whose name calls are made: the permanent one of a bound temporary key, else
   * the key itself.
   */
  identityOf(key: AuthKey): AuthKey;
  /** Returns the session of this number, a new one if there is none yet. */
  session(key: AuthKey, sessionId: bigint): Session;
  /**
   * Deletes keys by name, with the temporary keys bound to them; without names, all. Their packets
   * are rejected with -404 from now on.
   */
  deleteKeys(names?: ReadonlySet<string>): void;
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

interface Entry {
  readonly key: AuthKey;
  readonly sessions: Map<bigint, Session>;
  permanent: AuthKey | undefined;
}

const maxSessionsOfKey = 8;

export function createDataCentre({ id, mtproto, clock, random, rpc }: DataCentreDeps): DataCentre {
  const keys = new Map<bigint, Entry>();
  const messageIds = createMessageIds(clock);
  const deleteKey = (key: AuthKey) => void keys.delete(key.id);
  const identityOf = (key: AuthKey) => keys.get(key.id)?.permanent ?? key;
  const dropSession = (key: AuthKey, sessionId: bigint) => keys.get(key.id)?.sessions.delete(sessionId) ?? false;

  function findKey(keyId: bigint): AuthKey | undefined {
    const key = keys.get(keyId)?.key;
    const expiresAt = key?.origin?.expiresAt;
    if (expiresAt === undefined || clock.now() < expiresAt) return key;
    keys.delete(keyId);
    return undefined;
  }

  function bindKey(temporary: AuthKey, bind: BindRequest): BindRefusal | undefined {
    const entry = keys.get(temporary.id);
    const permanent = findKey(longOf(bind.request, 'perm_auth_key_id'));
    if (!entry || temporary.origin?.expiresAt === undefined) return 'TEMP_AUTH_KEY_EMPTY';
    if (1000 * intOf(bind.request, 'expires_at') <= clock.now()) return 'EXPIRES_AT_INVALID';
    if (!permanent || permanent.origin?.expiresAt !== undefined) return 'ENCRYPTED_MESSAGE_INVALID';
    if (!isBindingValid(mtproto, { temporary, permanent }, bind)) return 'ENCRYPTED_MESSAGE_INVALID';
    if (entry.permanent && entry.permanent.id !== permanent.id) return 'TEMP_AUTH_KEY_ALREADY_BOUND';
    entry.permanent = permanent;
    return undefined;
  }

  return {
    id,
    addKey: (key) => void keys.set(key.id, { key, sessions: new Map(), permanent: undefined }),
    findKey,
    identityOf,
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
        identityOf,
        bindKey,
        deleteKey: deleteKey,
        dropSession,
      });
      sessions.set(sessionId, created);
      const [oldest] = sessions.keys();
      if (sessions.size > maxSessionsOfKey && oldest !== undefined) sessions.delete(oldest);
      return created;
    },
    deleteKeys(names) {
      for (const { key, permanent = key } of keys.values()) {
        if (!names || names.has(key.name) || names.has(permanent.name)) keys.delete(key.id);
      }
    },
    push(keyName, update) {
      for (const { key, sessions } of keys.values()) {
        if (identityOf(key).name !== keyName) continue;
        for (const session of sessions.values()) session.push(rpc.encodeUpdate(keyName, session.id, update));
      }
    },
  };
}
