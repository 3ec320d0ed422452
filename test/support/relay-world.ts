import type { AddressRemoval, Caller, ProofSession } from '../../src/accounts/threepids/account-addresses.js';
import type { AccountFailureDetails } from '../../src/accounts/failure.js';
import { loginOf } from './account-requests.js';
import { tokenRequest } from './contacts.js';
import { startFakeHomeserver, type FakeHomeserver, type HomeserverRequest } from './fake-homeserver.js';
import { identityServer } from './identity-service.js';
import {
  callerOf,
  openRelayAddresses,
  recordPublications,
  type RecordedPublications,
  type RelayAddressesUnderTest,
} from './relay-addresses.js';

export const email = { medium: 'email', address: 'alice@mail.test' } as const;
export const phone = { medium: 'msisdn', address: '447470674927' } as const;
const password = 'correct horse';

/** A homeserver with two users, the relay in front of it, and the requests of a client. */
export interface RelayWorld extends RelayAddressesUnderTest {
  readonly homeserver: FakeHomeserver;
  readonly publications: RecordedPublications;
  readonly alice: Caller;
  readonly bob: Caller;
  /** A session in which the 3PID is validated here: by e-mail, unless it begins with a plus. */
  proveHere(address: string, caller?: Caller): Promise<ProofSession>;
  /** A session in which it is validated at the homeserver. */
  proveThere(address: string, caller?: Caller): Promise<ProofSession>;
  /** Requested by Alice, unless another user is given. */
  add(session: ProofSession, auth?: object, caller?: Caller): Promise<void>;
  /** The 3PIDs of Alice, or of `caller`. */
  listed(caller?: Caller): Promise<string[]>;
  /** The requests to the homeserver, except logins. */
  asked(): HomeserverRequest[];
  /** The same, by method and path. */
  paths(): string[];
}

/**
 * Opens one whose homeserver has as little of /account/3pid as the fake has by default. The caller
 * closes it.
 */
export async function openRelayWorld(): Promise<RelayWorld> {
  const homeserver = await startFakeHomeserver('home.test');
  const publications = recordPublications(identityServer);
  const relay = await openRelayAddresses(homeserver.url, 'home.test', { publications });
  const newUser = async (localpart: string) => {
    const mxid = homeserver.addUser(localpart, password);
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user: mxid }, password };
    const { accessToken } = await relay.authority.logIn(loginOf(mxid, password, { body }));
    return callerOf(mxid, accessToken.reveal());
  };
  const [alice, bob] = [await newUser('alice'), await newUser('bob')];
  const asked = () => homeserver.requests.filter(({ path }) => !path.endsWith('/login'));
  const open = async (address: string, caller: Caller | undefined) => {
    const request = tokenRequest(address, caller);
    const { sid } = await relay.addresses.requestToken(request);
    return { sid: String(sid), clientSecret: request.clientSecret };
  };

  return {
    ...relay,
    homeserver,
    publications,
    alice,
    bob,
    async proveHere(address, caller) {
      const session = await open(address, caller);
      await relay.submit(session);
      return session;
    },
    async proveThere(address, caller) {
      const session = await open(address, caller);
      homeserver.addresses.prove(session.sid);
      return session;
    },
    add: (session, auth, caller = alice) =>
      relay.addresses.add(caller, session, auth, { ...bodyOf(session), ...(auth && { auth }) }),
    listed: async (caller = alice) =>
      (await relay.addresses.list(caller)).map(({ medium, address }) => `${medium} ${address}`),
    asked,
    paths: () => asked().map(({ method, path }) => `${method} ${path.replace('/_matrix/client/v3', '')}`),
    async close() {
      await relay.close();
      await homeserver.close();
    },
  };
}

/** The fields that identify a session in the body of a request. */
export function bodyOf({ sid, clientSecret }: ProofSession) {
  return { sid, client_secret: clientSecret };
}

/** The password stage of user-interactive authentication. */
export function passwordStage(session: unknown, { mxid }: Pick<Caller, 'mxid'>, typed = password) {
  const identifier = { type: 'm.id.user', user: mxid };
  return { type: 'm.login.password', identifier, password: typed, ...(session === undefined ? {} : { session }) };
}

/** A request to remove or unbind a 3PID. */
export function removalOf(
  { medium, address }: { readonly medium: string; readonly address: string },
  idServer?: string,
): AddressRemoval {
  const body = { medium, address, ...(idServer === undefined ? {} : { id_server: idServer }) };
  return { medium, address, idServer, body };
}

/** How the relay maps an answer of the homeserver. */
export function refused(status: number, body: Readonly<Record<string, unknown>>): AccountFailureDetails {
  return { kind: 'refused_upstream', status, body, retryAfter: undefined };
}
