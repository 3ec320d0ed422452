import { randomBytes } from 'node:crypto';
import type { ThirdPartyAddress } from '../../src/base/canonical-address.js';

type Members = Readonly<Record<string, unknown>>;

/** An answer of the homeserver. */
export interface FakeAnswer {
  readonly status: number;
  readonly body: Members;
}

/** Which part of /account/3pid a homeserver has. */
export type AddressSupport =
  /** It validates 3PIDs itself. */
  | 'full'
  /**
   * It can send nothing, as Synapse without a mailer and a delegate: its administrator adds 3PIDs.
   */
  | 'unproven'
  /**
   * Its 3PIDs are read-only, and another service has the passwords, as with Synapse behind an
   * authentication service.
   */
  | 'delegated'
  /** It has no such endpoint. */
  | 'none';

/** The code that it sends to each phone number. */
export const fakeCode = '424242';

/** A 3PID of an account. */
export interface FakeAddress extends ThirdPartyAddress {
  readonly validated_at: number;
  readonly added_at: number;
}

/** The 3PIDs and the user-interactive authentication of a fake homeserver. */
export interface FakeAddresses {
  support: AddressSupport;
  /**
   * Whether an authentication counts for some minutes. Deleting devices then requires none,
   * whatever is sent.
   */
  skipsAuthentication: boolean;
  add(mxid: string, address: ThirdPartyAddress): void;
  listOf(mxid: string): readonly FakeAddress[];
  /** Validates the 3PID of a session, as its owner does with the token. */
  prove(sid: string): void;
  /** Synapse's answer to its administrator: the user who has that 3PID. */
  answerToAdministrator(path: string): FakeAnswer;
  /** Undefined if there is no such path. `mxid` is undefined without a known token. */
  answerTo(request: {
    readonly method: string;
    readonly path: string;
    readonly body: Members;
    readonly mxid: string | undefined;
  }): FakeAnswer | undefined;
}

interface Session extends ThirdPartyAddress {
  readonly clientSecret: unknown;
  isProven: boolean;
}

const base = '/_matrix/client/v3';
const provenAt = 1_535_176_800_000;
const random = () => randomBytes(12).toString('hex');
const done: FakeAnswer = { status: 200, body: {} };
const refusal = (status: number, errcode: string, error: string): FakeAnswer => ({ status, body: { errcode, error } });

/** Creates those of a homeserver whose passwords `hasPassword` checks. */
export function createFakeAddresses(hasPassword: (mxid: string, password: unknown) => boolean): FakeAddresses {
  const added = new Map<string, FakeAddress[]>();
  const sessions = new Map<string, Session>();
  const authentications = new Map<string, { readonly path: string; readonly mxid: string; isComplete: boolean }>();

  const listOf = (mxid: string) => added.get(mxid) ?? [];
  const add = (mxid: string, { medium, address }: ThirdPartyAddress) => {
    const entry = { medium, address, validated_at: provenAt, added_at: provenAt + 1 };
    added.set(mxid, [...listOf(mxid), entry]);
  };

  function challenge(path: string, mxid: string, trouble: Members = {}, known?: string): FakeAnswer {
    const session = known ?? random();
    if (known === undefined) authentications.set(session, { path, mxid, isComplete: false });
    const flows = [{ stages: ['m.login.password'] }];
    return { status: 401, body: { session, flows, params: {}, 'org.example.kept': true, ...trouble } };
  }

  /** Undefined if the user is authenticated. As with Synapse, a complete session stays complete. */
  function authenticate(path: string, mxid: string, { auth }: Members): FakeAnswer | undefined {
    const { session, type, identifier, password } = (auth ?? {}) as Members;
    if (session === undefined && type === undefined) return challenge(path, mxid);
    const id = session === undefined ? random() : String(session);
    if (session === undefined) authentications.set(id, { path, mxid, isComplete: false });
    const found = authentications.get(id);
    if (!found) return refusal(400, 'M_UNKNOWN', `Unknown session ID: ${id}`);
    if (found.path !== path || found.mxid !== mxid) {
      return refusal(403, 'M_UNKNOWN', 'Requested operation has changed during the UI authentication session.');
    }
    const isUser = type === 'm.login.password' && (identifier as Members | undefined)?.['user'] === mxid;
    if (isUser && hasPassword(mxid, password)) found.isComplete = true;
    if (found.isComplete) return undefined;
    const trouble = { errcode: 'M_FORBIDDEN', error: 'Invalid username or password', completed: [] };
    return challenge(path, mxid, trouble, id);
  }

  function requestToken(medium: ThirdPartyAddress['medium'], body: Members): FakeAnswer {
    if (fake.support === 'unproven') return refusal(400, 'M_THREEPID_MEDIUM_NOT_SUPPORTED', 'Not supported');
    const number = String(body['phone_number']);
    const digits = number.startsWith('+') ? number.slice(1) : `44${number.replace(/^0/, '')}`;
    if (medium === 'msisdn' && body['country'] === undefined) return refusal(400, 'M_BAD_JSON', 'Field required');
    const address = medium === 'email' ? String(body['email']) : digits;
    const isTaken = [...added.values()].some((list) => list.some((one) => one.address === address));
    if (isTaken) return refusal(400, 'M_THREEPID_IN_USE', 'Address is already in use');
    const sid = random();
    sessions.set(sid, { medium, address, clientSecret: body['client_secret'], isProven: false });
    return { status: 200, body: { sid, submit_url: 'https://home.test/submit', 'org.example.kept': true } };
  }

  function addProven(mxid: string, { sid, client_secret: clientSecret }: Members): FakeAnswer {
    const session = sessions.get(String(sid));
    if (!session?.isProven || session.clientSecret !== clientSecret) {
      return refusal(400, 'M_THREEPID_AUTH_FAILED', 'No validated 3pid session found');
    }
    add(mxid, session);
    return done;
  }

  function remove(mxid: string, { medium, address, id_server: idServer }: Members): FakeAnswer {
    const others = listOf(mxid).filter((one) => one.medium !== medium || one.address !== address);
    added.set(mxid, others);
    return { status: 200, body: { id_server_unbind_result: idServer === undefined ? 'no-support' : 'success' } };
  }

  function answerToUser(operation: string, mxid: string, body: Members): FakeAnswer | undefined {
    const isAuthless = fake.support === 'delegated' || fake.support === 'none';
    if (operation === 'POST /delete_devices') {
      // Another service manages user identities there, except without 3PIDs.
      if (fake.support === 'delegated') return undefined;
      return fake.skipsAuthentication ? done : (authenticate('/delete_devices', mxid, body) ?? done);
    }
    if (operation === 'GET /account/3pid') {
      return fake.support === 'none' ? undefined : { status: 200, body: { threepids: listOf(mxid) } };
    }
    if (operation === 'POST /account/3pid/bind') return fake.support === 'none' ? undefined : done;
    if (operation === 'POST /account/3pid/unbind') {
      const isKnown = body['id_server'] !== undefined;
      const result = isKnown ? 'success' : 'no-support';
      return fake.support === 'none' ? undefined : { status: 200, body: { id_server_unbind_result: result } };
    }
    if (isAuthless) return undefined;
    switch (operation) {
      case 'POST /account/3pid':
        return addProven(mxid, (body['threePidCreds'] ?? body['three_pid_creds'] ?? {}) as Members);
      case 'POST /account/3pid/add':
        return authenticate('/account/3pid/add', mxid, body) ?? addProven(mxid, body);
      case 'POST /account/3pid/delete':
        return remove(mxid, body);
      default:
        return undefined;
    }
  }

  const fake: FakeAddresses = {
    support: 'none',
    skipsAuthentication: false,
    add,
    listOf,
    prove(sid) {
      const session = sessions.get(sid);
      if (!session) throw new Error('no such session');
      session.isProven = true;
    },
    answerToAdministrator(path) {
      const [, medium, address] = /^\/_synapse\/admin\/v1\/threepid\/(email|msisdn)\/users\/([^/]+)$/.exec(path) ?? [];
      if (address === undefined) return refusal(404, 'M_UNRECOGNIZED', 'Unrecognized request');
      const isIt = (one: FakeAddress) => one.medium === medium && one.address === decodeURIComponent(address);
      const [mxid] = [...added].find(([, list]) => list.some(isIt)) ?? [];
      return mxid === undefined
        ? refusal(404, 'M_NOT_FOUND', 'User not found')
        : { status: 200, body: { user_id: mxid } };
    },
    answerTo({ method, path, body, mxid }) {
      const operation = `${method} ${path.replace(base, '')}`;
      if (fake.support === 'full' && operation === 'POST /_matrix/client/unstable/add_threepid/msisdn/submit_token') {
        const session = sessions.get(String(body['sid']));
        const isRight = session?.clientSecret === body['client_secret'] && body['token'] === fakeCode;
        if (session && isRight) session.isProven = true;
        return { status: 200, body: { success: isRight } };
      }
      const [, medium] = /^POST \/account\/3pid\/(email|msisdn)\/requestToken$/.exec(operation) ?? [];
      if (medium !== undefined) {
        const isThere = fake.support === 'full' || fake.support === 'unproven';
        return isThere ? requestToken(medium === 'email' ? 'email' : 'msisdn', body) : undefined;
      }
      if (!/^[A-Z]+ \/(?:account\/3pid|delete_devices)/.test(operation)) return undefined;
      if (mxid === undefined) return refusal(401, 'M_UNKNOWN_TOKEN', 'Unrecognised access token.');
      return answerToUser(operation, mxid, body);
    },
  };
  return fake;
}
