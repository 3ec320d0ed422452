import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createFakeAddresses, type FakeAddresses, type FakeAnswer } from './fake-homeserver-addresses.js';

/** A request as the homeserver received it. */
export interface HomeserverRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The access token of the administrator. */
export const fakeAdminToken = 'syt_of_the_administrator';

/** Replaces the homeserver's answer. */
export type Interception = (response: ServerResponse, request: HomeserverRequest) => void;

/**
 * The login of a homeserver over real HTTP, with users in memory. It answers as Synapse does, as
 * far as the relay needs it.
 */
export interface FakeHomeserver {
  /** Without a trailing slash. */
  readonly url: string;
  /** All requests, in order. */
  readonly requests: readonly HomeserverRequest[];
  /** It has no such endpoint until a test changes that. */
  readonly addresses: FakeAddresses;
  /** Adds a user and returns the Matrix ID. */
  addUser(localpart: string, password: string): string;
  deactivate(mxid: string): void;
  devicesOf(mxid: string): readonly string[];
  /** Returns a login token for the user of this access token. */
  mint(accessToken: string): string;
  logOut(accessToken: string): void;
  /** Offers SSO from now on, in which this user logs in without being asked. */
  offerSso(mxid: string): void;
  /** Answers requests in this way from now on; undefined restores the default. */
  intercept(interception: Interception | undefined): void;
  close(): Promise<void>;
}

interface User {
  readonly password: string;
  readonly devices: Set<string>;
  isDeactivated: boolean;
}

const forbidden = refusal(403, 'M_FORBIDDEN', 'Invalid username or password');
const nameOf = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`;

/** Starts a homeserver on a free port. The caller closes it. */
export async function startFakeHomeserver(serverName: string): Promise<FakeHomeserver> {
  const users = new Map<string, User>();
  const accessTokens = new Map<string, { readonly mxid: string; readonly device: string }>();
  const loginTokens = new Map<string, string>();
  const requests: HomeserverRequest[] = [];
  const addresses = createFakeAddresses((mxid, password) => users.get(mxid)?.password === password);
  let intercepted: Interception | undefined;
  let ssoUser: string | undefined;

  function logIn(body: HomeserverRequest['body']): FakeAnswer {
    if (body['type'] === 'm.login.token') {
      const mxid = loginTokens.get(String(body['token']));
      loginTokens.delete(String(body['token']));
      return mxid === undefined ? refusal(403, 'M_FORBIDDEN', 'Invalid login token') : grant(mxid, body);
    }
    if (body['type'] !== 'm.login.password') {
      return refusal(400, 'M_UNKNOWN', `Unknown login type ${String(body['type'])}`);
    }
    const { type, user } = (body['identifier'] ?? { type: 'm.id.user', user: body['user'] }) as Record<string, unknown>;
    if (type !== 'm.id.user') return forbidden;
    const written = String(user).toLowerCase();
    const mxid = written.startsWith('@') ? written : `@${written}:${serverName}`;
    const account = users.get(mxid);
    if (account === undefined || account.password !== body['password'] || account.isDeactivated) return forbidden;
    return grant(mxid, body);
  }

  function grant(mxid: string, body: HomeserverRequest['body']): FakeAnswer {
    const device = String(body['device_id'] ?? randomBytes(5).toString('hex').toUpperCase());
    const token = nameOf('syt');
    users.get(mxid)?.devices.add(device);
    accessTokens.set(token, { mxid, device });
    return {
      status: 200,
      body: {
        user_id: mxid,
        access_token: token,
        home_server: serverName,
        device_id: device,
        ...(body['refresh_token'] === true ? { refresh_token: nameOf('syr'), expires_in_ms: 300_000 } : {}),
        well_known: { 'm.homeserver': { base_url: 'https://matrix.test/' }, 'org.example': { kept: true } },
      },
    };
  }

  function mintFor(mxid: string): string {
    const token = nameOf('syl');
    loginTokens.set(token, mxid);
    return token;
  }

  /** Returns the address to which SSO redirects the browser; undefined for other requests. */
  function ssoTarget({ path }: HomeserverRequest): string | undefined {
    const { pathname, searchParams } = new URL(path, 'http://homeserver.test');
    if (ssoUser === undefined || pathname !== '/_matrix/client/v3/login/sso/redirect') return undefined;
    const target = new URL(searchParams.get('redirectUrl') ?? '');
    target.searchParams.set('loginToken', mintFor(ssoUser));
    return target.href;
  }

  const holderOf = ({ authorization }: IncomingHttpHeaders) =>
    accessTokens.get((authorization ?? '').replace(/^Bearer /, ''));

  function whoAmI(headers: IncomingHttpHeaders): FakeAnswer {
    const holder = holderOf(headers);
    if (holder === undefined) {
      return refusal(401, 'M_UNKNOWN_TOKEN', 'Unrecognised access token.', { soft_logout: false });
    }
    return { status: 200, body: { user_id: holder.mxid, is_guest: false, device_id: holder.device } };
  }

  function answerTo({ method, path, headers, body }: HomeserverRequest): FakeAnswer {
    if (path.startsWith('/_synapse/admin/')) {
      const isAdministrator = headers.authorization === `Bearer ${fakeAdminToken}`;
      if (isAdministrator) return addresses.answerToAdministrator(path);
      return holderOf(headers)
        ? refusal(403, 'M_FORBIDDEN', 'You are not a server admin')
        : refusal(401, 'M_UNKNOWN_TOKEN', 'Unrecognised access token.', { soft_logout: false });
    }
    switch (`${method} ${path}`) {
      case 'GET /_matrix/client/v3/login':
        return {
          status: 200,
          body: {
            flows: [
              ...(ssoUser === undefined ? [] : [{ type: 'm.login.sso' }]),
              { type: 'm.login.password' },
              { type: 'm.login.token', get_login_token: true },
            ],
          },
        };
      case 'POST /_matrix/client/v3/logout': {
        const answer = whoAmI(headers);
        const login = holderOf(headers);
        if (login) users.get(login.mxid)?.devices.delete(login.device);
        accessTokens.delete((headers.authorization ?? '').replace(/^Bearer /, ''));
        return answer.status === 200 ? { status: 200, body: {} } : answer;
      }
      case 'POST /_matrix/client/v3/login':
        return logIn(body);
      case 'GET /_matrix/client/v3/account/whoami':
        return whoAmI(headers);
      default:
        return (
          addresses.answerTo({ method, path, body, mxid: holderOf(headers)?.mxid }) ??
          refusal(404, 'M_UNRECOGNIZED', 'Unrecognized request')
        );
    }
  }

  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((request) => {
      requests.push(request);
      const location = ssoTarget(request);
      if (intercepted) intercepted(response, request);
      else if (location !== undefined) response.writeHead(302, { Location: location }).end();
      else sendJson(response, answerTo(request));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    addresses,
    addUser(localpart, password) {
      const mxid = `@${localpart}:${serverName}`;
      users.set(mxid, { password, devices: new Set(), isDeactivated: false });
      return mxid;
    },
    deactivate(mxid) {
      const user = users.get(mxid);
      if (user) user.isDeactivated = true;
    },
    devicesOf: (mxid) => [...(users.get(mxid)?.devices ?? [])],
    mint(accessToken) {
      const holder = accessTokens.get(accessToken);
      if (holder === undefined) throw new Error('no such access token');
      return mintFor(holder.mxid);
    },
    logOut: (accessToken) => void accessTokens.delete(accessToken),
    offerSso: (mxid) => void (ssoUser = mxid),
    intercept(interception) {
      intercepted = interception;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sends a JSON answer. */
export function sendJson(
  response: ServerResponse,
  { status, body }: FakeAnswer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function refusal(status: number, errcode: string, error: string, more: Record<string, unknown> = {}): FakeAnswer {
  return { status, body: { errcode, error, ...more } };
}

async function readRequest(incoming: IncomingMessage): Promise<HomeserverRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>,
  };
}
