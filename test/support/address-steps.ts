import type {
  AccountAddresses,
  AddressRemoval,
  AddressTokenRequest,
  Caller,
  ProofSession,
} from '../../src/accounts/threepids/account-addresses.js';
import { AccountFailure } from '../../src/accounts/failure.js';
import type { Mxid } from '../../src/base/mxid.js';
import type { Secret } from '../../src/base/secret.js';
import { failureOf } from './account-requests.js';
import { anotherTurn } from './another-turn.js';
import { tokenRequest } from './contacts.js';
import type { FakeClock } from './fake-clock.js';
import type { RecordingMessenger } from './recording-messenger.js';

/** A logged-in user of the accounts under test. */
export interface TestUser {
  readonly mxid: Mxid;
  readonly password: string;
  readonly caller: Caller;
}

/** The 3PIDs under test, which this daemon stores, and the services around them. */
export interface AddressesUnderTest {
  readonly addresses: AccountAddresses;
  readonly clock: FakeClock;
  readonly messenger: RecordingMessenger;
  /** A name of this daemon's own identity service. */
  readonly ownIdServer: string;
  /** A new account, logged in. */
  logInNew(localpart: string): Promise<TestUser>;
  /** Logs in by 3PID, and returns the user whose 3PID it is. */
  logInBy(medium: 'email' | 'msisdn', address: string, password: string): Promise<Mxid>;
  /** Submits the token that was sent last, or the given one. */
  submit(session: ProofSession, token?: string): Promise<void>;
  /** Validates the 3PID at our identity service. */
  prove(address: string): Promise<ProofSession>;
  idTokenOf(mxid: Mxid): Promise<Secret>;
  /** Returns the user for whom our identity service has published the 3PID. */
  publishedFor(address: string): Promise<Mxid | undefined>;
  close(): Promise<void>;
}

/** What users do with their 3PIDs. */
export function addressSteps(under: AddressesUnderTest) {
  const { addresses } = under;

  /** Requests a token; runs the timers that the request waits for. */
  async function ask(request: AddressTokenRequest) {
    const asking = addresses.requestToken(request);
    const state = { isOver: false };
    const settled = () => void (state.isOver = true);
    asking.then(settled, settled);
    while (!state.isOver) await under.clock.advance(100);
    await anotherTurn();
    return asking;
  }

  /** A session that the user has opened, or an anonymous client. */
  async function openSession(address: string, user: TestUser | 'anonymous'): Promise<ProofSession> {
    const request = tokenRequest(address, user === 'anonymous' ? undefined : user.caller);
    const { sid } = await ask(request);
    return { sid: String(sid), clientSecret: request.clientSecret };
  }

  /** A session in which the 3PID is validated. */
  async function proven(address: string, user: TestUser | 'anonymous') {
    const session = await openSession(address, user);
    await under.submit(session);
    return session;
  }

  const bodyOf = ({ sid, clientSecret }: ProofSession, auth?: unknown) => ({
    sid,
    client_secret: clientSecret,
    ...(auth === undefined ? {} : { auth }),
  });
  const passwordOf = ({ mxid, password }: TestUser, session?: string) => ({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: mxid },
    password,
    ...(session === undefined ? {} : { session }),
  });
  const add = (user: TestUser, session: ProofSession, auth?: unknown) =>
    addresses.add(user.caller, session, auth, bodyOf(session, auth));
  /** Adds with the password, in the two stages of user-interactive authentication. */
  async function addFully(user: TestUser, session: ProofSession) {
    const { body } = await challengeOf(add(user, session));
    await add(user, session, passwordOf(user, String(body['session'])));
  }
  const listed = async (user: TestUser) =>
    (await addresses.list(user.caller)).map(({ medium, address }) => `${medium} ${address}`);
  const removalOf = (medium: string, address: string, idServer?: string): AddressRemoval => ({
    medium,
    address,
    idServer,
    body: { medium, address, ...(idServer === undefined ? {} : { id_server: idServer }) },
  });
  async function bind(user: TestUser, session: ProofSession, token?: Secret) {
    const idAccessToken = token ?? (await under.idTokenOf(user.mxid));
    const server = { idServer: under.ownIdServer, idAccessToken };
    const body = { ...bodyOf(session), id_server: server.idServer, id_access_token: idAccessToken.reveal() };
    await addresses.bind(user.caller, session, server, body);
  }

  return { ask, openSession, proven, bodyOf, passwordOf, add, addFully, listed, removalOf, bind };
}

/** Returns the challenge of `work`. Throws if it is not challenged. */
export async function challengeOf(work: Promise<unknown>) {
  const failure = await failureOf(work);
  if (failure.kind !== 'authentication_incomplete') throw new Error(`no challenge: ${JSON.stringify(failure)}`);
  return failure;
}

/** Throws if `work` is not refused. */
export async function refused(work: Promise<unknown>): Promise<void> {
  await failureOf(work);
}

/**
 * Throws if `work` is not refused for want of a validation. A homeserver refuses sessions that
 * Gangway does not know in the same way.
 */
export async function refusedAsUnproven(work: Promise<unknown>): Promise<void> {
  const failure = await failureOf(work);
  const isUpstreams = failure.kind === 'refused_upstream' && failure.body['errcode'] === 'M_THREEPID_AUTH_FAILED';
  if (failure.kind !== 'address_not_proven' && !isUpstreams) {
    throw new Error(`another failure: ${JSON.stringify(failure)}`);
  }
}

/** Returns the outcomes of several requests at once, sorted. */
export function kindsOf(outcomes: readonly PromiseSettledResult<unknown>[]): string[] {
  const kinds = outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return 'done';
    if (outcome.reason instanceof AccountFailure) return outcome.reason.details.kind;
    throw outcome.reason;
  });
  return kinds.sort();
}
