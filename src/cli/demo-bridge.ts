import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { Secret } from '../base/secret.js';
import { TelegramFailure } from '../telegram/failure.js';
import type { TelegramConnection, TelegramGateway, TelegramSession } from '../telegram/gateway.js';
import type { TelegramUser } from '../telegram/shapes.js';
import { writeStoredSession } from '../telegram/stored-session.js';

/** The options of startDemoBridge. */
export interface DemoBridgeDeps {
  readonly domain: string;
  readonly sharedSecret: string;
  /** Continues the sessions. */
  readonly gateway: TelegramGateway;
}

/** A minimal bridge for the demo: it accepts sessions, and logs in to Telegram with them. */
export interface DemoBridge {
  /** Without a trailing slash. */
  readonly url: string;
  /**
   * Returns Telegram's reply about the account that the bridge is logged in to for the user, or
   * undefined if it has no login.
   */
  findTelegramUser(mxid: string): Promise<TelegramUser | undefined>;
  close(): Promise<void>;
}

interface Login {
  readonly mxid: string;
  readonly connection: TelegramConnection;
  readonly user: TelegramUser;
}

const sessionForm = z.object({ auth_key: z.string(), dc_id: z.int(), server_address: z.string() });

interface Seen {
  readonly user: TelegramUser;
  readonly event: string;
}

interface BridgeReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const stepId = 'fi.mau.telegram.login.manual_session';

/** Starts one on loopback. */
export async function startDemoBridge(deps: DemoBridgeDeps): Promise<DemoBridge> {
  const { domain, sharedSecret, gateway } = deps;
  const logins = new Map<string, Login>();
  let started = 0;

  async function logIn(mxid: string, session: string): Promise<BridgeReply> {
    const connection = await gateway.connect(readSession(session));
    const user = await connection.getMe();
    await logins.get(user.id)?.connection.destroy();
    logins.set(user.id, { mxid, connection, user });
    const complete = { user_login_id: user.id };
    return { status: 200, body: { type: 'complete', step_id: 'fi.mau.telegram.login.complete', complete } };
  }

  /** Returns the logins of the user, each with its current state at Telegram. */
  function readLogins(mxid: string): Promise<readonly Seen[]> {
    const own = [...logins.values()].filter((login) => login.mxid === mxid);
    return Promise.all(
      own.map(async ({ connection, user }) => {
        const isAlive = await connection.getMe().then(
          () => true,
          (error: unknown) => !(error instanceof TelegramFailure && error.details.kind === 'session_dead'),
        );
        return { user, event: isAlive ? 'CONNECTED' : 'BAD_CREDENTIALS' };
      }),
    );
  }

  async function logOut(id: string): Promise<BridgeReply> {
    const login = logins.get(id);
    if (login === undefined) return { status: 404, body: { errcode: 'M_NOT_FOUND', error: 'Login not found' } };
    logins.delete(id);
    await login.connection.logOut();
    await login.connection.destroy();
    return { status: 200, body: {} };
  }

  async function answer(request: IncomingMessage): Promise<BridgeReply> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://bridge');
    const mxid = searchParams.get('user_id') ?? '';
    if (request.headers.authorization !== `Bearer ${sharedSecret}`) {
      return { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN', error: 'Invalid auth token' } };
    }
    const [what = '', action = '', name = ''] = pathname.split('/').slice(4);
    const body = await readBody(request);
    switch (what === 'login' ? action : what) {
      case 'whoami':
        return { status: 200, body: whoami(domain, await readLogins(mxid)) };
      case 'start': {
        started += 1;
        const fields = [{ type: 'token', id: stepId, name: 'Session data JSON', description: '' }];
        const step = { type: 'user_input', step_id: stepId, user_input: { fields, attachments: null } };
        return {
          status: 200,
          body: { login_id: String(started), txn_id: `bls_${started}`, instructions: '', ...step },
        };
      }
      case 'step': {
        const reply = await logIn(mxid, body[stepId] ?? '');
        return { ...reply, body: { login_id: name, txn_id: `bls_${name}_done`, instructions: '', ...reply.body } };
      }
      case 'cancel':
        return { status: 200, body: {} };
      case 'logout':
        return logOut(action);
      default:
        return { status: 404, body: { errcode: 'M_UNRECOGNIZED', error: 'Not part of the demo' } };
    }
  }

  const server = createServer((request, response) => {
    answer(request)
      .catch(() => ({ status: 500, body: { errcode: 'M_UNKNOWN', error: 'Internal error in login step' } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    findTelegramUser: async (mxid) => [...logins.values()].find((login) => login.mxid === mxid)?.connection.getMe(),
    async close() {
      await gateway.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function readSession(text: string): TelegramSession {
  const { auth_key: key, dc_id: dcId, server_address: address } = sessionForm.parse(JSON.parse(text));
  const { hostname, port } = new URL(`tcp://${address}`);
  return writeStoredSession({ dcId, authKey: new Secret(key), address: hostname, port: Number(port) });
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, string>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Record<string, string>);
}

function whoami(domain: string, logins: readonly Seen[]): Readonly<Record<string, unknown>> {
  return {
    network: { displayname: 'Telegram', network_id: 'telegram', beeper_bridge_type: 'telegram' },
    login_flows: [{ name: 'Manual', description: '', id: 'manual' }],
    homeserver: domain,
    bridge_bot: `@telegrambot:${domain}`,
    command_prefix: '!tg',
    logins: logins.map(({ user, event }) => ({
      state_event: event,
      state_ts: 0,
      state_info: { is_bot: user.isBot, login_method: 'manual' },
      state: { state_event: event, timestamp: 0 },
      id: user.id,
      name: user.username ?? user.id,
      profile: {
        ...(user.phone === null ? {} : { phone: user.phone.reveal() }),
        ...(user.username === null ? {} : { username: user.username }),
      },
    })),
  };
}
