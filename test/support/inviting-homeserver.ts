import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { hasSignature, signJson } from '../../src/base/signed-json.js';
import { testKey } from './federating-homeserver.js';
import { answerJson, startHttpListener, type HeardRequest } from './http-listener.js';

type Json = Readonly<Record<string, unknown>>;

/** A logged-in user. */
export interface HomeserverUser {
  readonly mxid: string;
  readonly accessToken: string;
}

/**
 * The homeserver of users of an identity server: its requests to that server, and how it trusts the
 * answers. Calls are those of Synapse.
 */
export interface InvitingHomeserver {
  /** Of both its APIs, without a slash at the end. */
  readonly url: string;
  readonly serverName: string;
  addUser(localpart: string): HomeserverUser;
  /** Creates a room and returns its ID. */
  makeRoom(name: string): string;
  /**
   * Whether the user is in the room or may join it: a third-party invite has become the user's own.
   */
  membership(roomId: string, mxid: string): 'join' | 'invite' | undefined;
  /** Resolves when the user is in the room or may join it. */
  invited(roomId: string, mxid: string): Promise<void>;
  /** Sets the answer of onbind; undefined restores the default. */
  behaveOnBind(answer: ((response: ServerResponse) => void) | undefined): void;
  stop(): Promise<void>;
}

interface PendingInvite {
  readonly token: string;
  readonly keys: readonly { readonly publicKey: string; readonly keyValidityUrl: string }[];
}

interface Room {
  readonly name: string;
  readonly members: Map<string, 'join' | 'invite'>;
  readonly pending: PendingInvite[];
}

/** An answer with another status than 200. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: Json,
  ) {
    super(String(body['errcode']));
  }
}

/**
 * Starts the homeserver with that name. The caller stops it. The identity server is at
 * `identityUrl`, whatever name clients use for it.
 */
export async function startInvitingHomeserver(serverName: string, identityUrl: string): Promise<InvitingHomeserver> {
  const key = testKey('a_1', 7);
  const users = new Map<string, string>();
  const openIds = new Map<string, string>();
  const rooms = new Map<string, Room>();
  const look = new Set<() => void>();
  let onBindInstead: ((response: ServerResponse) => void) | undefined;

  async function askIdentityServer(
    method: string,
    path: string,
    { token, authorization, body }: Question,
  ): Promise<Json> {
    const headers = authorization ?? (token === undefined ? undefined : `Bearer ${token}`);
    const response = await fetch(`${identityUrl}/_matrix/identity/v2${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(headers === undefined ? {} : { Authorization: headers }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Json;
    if (!response.ok) throw new Refusal(response.status, answer);
    return answer;
  }

  /** Server-server API, "Request Authentication", with destination_is as MSC2140 has it. */
  function signedHeader(method: string, uri: string, content: Json): string {
    const destination = new URL(identityUrl).host;
    const signed = signJson({ method, uri, origin: serverName, destination_is: destination, content }, serverName, key);
    const { [serverName]: own } = signed.signatures as Readonly<Record<string, Json>>;
    const sig = String(own?.[key.keyId]);
    return `X-Matrix origin="${serverName}",key="${key.keyId}",sig="${sig}",destination="${destination}"`;
  }

  async function isSignedByInvite(signed: Json, { keys }: PendingInvite): Promise<boolean> {
    const servers = Object.keys(signed['signatures'] ?? {});
    const ids = servers.flatMap((server) =>
      Object.keys((signed['signatures'] as Readonly<Record<string, Json>>)[server] ?? {}).map(
        (id) => [server, id] as const,
      ),
    );
    for (const { publicKey, keyValidityUrl } of keys) {
      if (!ids.some(([server, id]) => hasSignature(signed, server, id, publicKey))) continue;
      const response = await fetch(`${keyValidityUrl}?${new URLSearchParams({ public_key: publicKey }).toString()}`);
      return ((await response.json()) as Json)['valid'] === true;
    }
    return false;
  }

  function pendingInvite(roomId: unknown, token: unknown): { room: Room; invite: PendingInvite } | undefined {
    const room = rooms.get(String(roomId));
    const invite = room?.pending.find((pending) => pending.token === token);
    return room && invite && { room, invite };
  }

  async function takeOnBind(body: Json): Promise<Json> {
    for (const each of body['invites'] as readonly Json[]) {
      const signed = each['signed'] as Json;
      const found = pendingInvite(each['room_id'], signed['token']);
      if (!found || signed['mxid'] !== each['mxid'] || !(await isSignedByInvite(signed, found.invite))) {
        throw new Refusal(403, { errcode: 'M_FORBIDDEN', error: 'Invite not signed' });
      }
      found.room.pending.splice(found.room.pending.indexOf(found.invite), 1);
      found.room.members.set(String(each['mxid']), 'invite');
    }
    for (const tell of look) tell();
    return {};
  }

  async function invite(mxid: string, roomId: string, body: Json): Promise<Json> {
    const room = rooms.get(roomId);
    if (!room) throw new Refusal(404, { errcode: 'M_NOT_FOUND', error: 'No such room' });
    const { medium, address, id_access_token: token } = body as Readonly<Record<string, string>>;
    const details = await askIdentityServer('GET', '/hash_details', { token });
    const question = { algorithm: 'none', pepper: details['lookup_pepper'], addresses: [`${address} ${medium}`] };
    const { mappings } = await askIdentityServer('POST', '/lookup', { token, body: question });
    const known = Object.values(mappings as Readonly<Record<string, string>>)[0];
    if (known !== undefined) {
      room.members.set(known, 'invite');
      return {};
    }
    const stored = await askIdentityServer('POST', '/store-invite', {
      token,
      body: {
        medium,
        address,
        room_id: roomId,
        sender: mxid,
        room_name: room.name,
        sender_display_name: mxid.slice(1, 6),
      },
    });
    const keys = (stored['public_keys'] as readonly Readonly<Record<string, string>>[]).map((each) => ({
      publicKey: String(each['public_key']),
      keyValidityUrl: String(each['key_validity_url']),
    }));
    room.pending.push({ token: String(stored['token']), keys });
    return {};
  }

  async function join(mxid: string, roomId: string, body: Json): Promise<Json> {
    const room = rooms.get(roomId);
    const signed = body['third_party_signed'] as Json | undefined;
    const found = signed && pendingInvite(roomId, signed['token']);
    const mayJoin =
      room?.members.has(mxid) === true ||
      (found !== undefined && signed?.['mxid'] === mxid && (await isSignedByInvite(signed, found.invite)));
    if (!room || !mayJoin) throw new Refusal(403, { errcode: 'M_FORBIDDEN', error: 'You are not invited.' });
    room.members.set(mxid, 'join');
    return { room_id: roomId };
  }

  async function unbind(mxid: string, { medium, address }: Json): Promise<Json> {
    const body = { mxid, threepid: { medium, address } };
    const authorization = signedHeader('POST', '/_matrix/identity/v2/3pid/unbind', body);
    await askIdentityServer('POST', '/3pid/unbind', { authorization, body });
    return { id_server_unbind_result: 'success' };
  }

  /** The client-server API, for a logged-in user. */
  async function serveClient(mxid: string, path: string, body: Json): Promise<Json> {
    const [, area, id = '', rest] = /^\/([^/]+)\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
    const asked = decodeURIComponent(id);
    if (area === 'user' && asked === mxid && rest === 'openid/request_token') {
      const token = randomBytes(16).toString('hex');
      openIds.set(token, mxid);
      return { access_token: token, expires_in: 3600, matrix_server_name: serverName, token_type: 'Bearer' };
    }
    if (area === 'rooms' && rest === 'invite') return invite(mxid, asked, body);
    if (area === 'join') return join(mxid, asked, body);
    if (path === '/account/3pid/bind') {
      const { client_secret, sid, id_access_token: token } = body as Readonly<Record<string, string>>;
      await askIdentityServer('POST', '/3pid/bind', { token, body: { client_secret, sid, mxid } });
      return {};
    }
    if (path === '/account/3pid/unbind') return unbind(mxid, body);
    throw new Refusal(404, { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' });
  }

  async function serve({ uri, headers, body: text }: HeardRequest): Promise<Json> {
    const { pathname, searchParams } = new URL(uri, 'http://here');
    if (pathname === '/_matrix/key/v2/server') return publishedKeys();
    if (pathname === '/_matrix/federation/v1/openid/userinfo') {
      const sub = openIds.get(searchParams.get('access_token') ?? '');
      if (sub !== undefined) return { sub };
      throw new Refusal(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Access Token unknown or expired' });
    }
    const body = (text === '' ? {} : JSON.parse(text)) as Json;
    if (pathname === '/_matrix/federation/v1/3pid/onbind') return takeOnBind(body);
    const mxid = users.get(headers.authorization?.replace(/^Bearer /, '') ?? '');
    if (mxid === undefined) throw new Refusal(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Unrecognised access token' });
    return serveClient(mxid, pathname.replace(/^\/_matrix\/client\/(v3|r0)/, ''), body);
  }

  function publishedKeys(): Json {
    const bare = {
      server_name: serverName,
      valid_until_ts: Number.MAX_SAFE_INTEGER,
      verify_keys: { [key.keyId]: { key: key.publicKey } },
      old_verify_keys: {},
    };
    return signJson(bare, serverName, key);
  }

  const listener = await startHttpListener((request, response) => {
    if (onBindInstead && request.uri === '/_matrix/federation/v1/3pid/onbind') return onBindInstead(response);
    serve(request).then(
      (body) => answerJson(response, 200, body),
      (error: unknown) => {
        if (error instanceof Refusal) answerJson(response, error.status, error.body);
        else answerJson(response, 500, { errcode: 'M_UNKNOWN', error: String(error) });
      },
    );
  });

  const membership = (roomId: string, mxid: string) => rooms.get(roomId)?.members.get(mxid);
  return {
    url: listener.url,
    serverName,
    addUser(localpart) {
      const user = { mxid: `@${localpart}:${serverName}`, accessToken: randomBytes(16).toString('hex') };
      users.set(user.accessToken, user.mxid);
      return user;
    },
    makeRoom(name) {
      const roomId = `!${randomBytes(8).toString('hex')}:${serverName}`;
      rooms.set(roomId, { name, members: new Map(), pending: [] });
      return roomId;
    },
    membership,
    invited: (roomId, mxid) =>
      new Promise((resolve) => {
        const tell = () => {
          if (membership(roomId, mxid) === undefined) return;
          look.delete(tell);
          resolve();
        };
        look.add(tell);
        tell();
      }),
    behaveOnBind: (answer) => void (onBindInstead = answer),
    stop: () => listener.stop(),
  };
}

interface Question {
  readonly token?: string | undefined;
  readonly authorization?: string;
  readonly body?: Json;
}
