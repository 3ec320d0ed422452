import type { AddressTokenRequest, Caller, ProofSession } from '../../src/accounts/threepids/account-addresses.js';
import { createPublications } from '../../src/accounts/threepids/database-publications.js';
import { createOwnAddresses, type OwnAddresses } from '../../src/accounts/threepids/own-addresses.js';
import { createOwnPublications } from '../../src/accounts/threepids/own-publications.js';
import { createProofSessions, type ProofSessions } from '../../src/accounts/threepids/proof-sessions.js';
import type { Publications } from '../../src/accounts/threepids/publications.js';
import { toKnownErrorReply } from '../../src/api/identity/to-error-reply.js';
import type { Mxid } from '../../src/base/mxid.js';
import { serverNameOf } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Policy } from '../../src/identity/users.js';
import { createIdentityUsers } from '../../src/identity/database-users.js';
import { anotherTurn } from './another-turn.js';
import { createFakeIdentityServers, type FakeIdentityServers } from './fake-identity-servers.js';
import {
  identityServer,
  openIdentityService,
  type IdentityChanges,
  type IdentityUnderTest,
} from './identity-service.js';
import { createRecordingLogger, type RecordingLogger } from './recording-logger.js';

/** The services that store the 3PIDs of accounts, and what a test does to them from outside. */
export interface ContactsUnderTest extends IdentityUnderTest {
  readonly proofs: ProofSessions;
  readonly own: OwnAddresses;
  readonly publications: Publications;
  readonly identityServers: FakeIdentityServers;
  readonly logger: RecordingLogger;
  /** Returns a token of the user for our identity service. */
  readonly idTokenOf: (mxid: Mxid) => Promise<Secret>;
  /** Submits the token, or the one that was sent last if none is given. */
  readonly submit: (session: ProofSession, token?: string) => Promise<void>;
}

/** Options of a test. */
export type ContactsChanges = IdentityChanges & {
  readonly revealsInUse?: boolean;
  readonly hasIdentityService?: boolean;
  readonly policies?: Readonly<Record<string, Policy>>;
  /** False if the daemon has no public address. */
  readonly isPublic?: boolean;
};

/**
 * Opens the services, on a database of their own unless one is given, and on a clock that stands
 * still. The caller closes them.
 */
export async function openContacts(changes: ContactsChanges = {}): Promise<ContactsUnderTest> {
  const { revealsInUse = false, hasIdentityService = true, isPublic = true, policies = {}, ...others } = changes;
  const identity = await openIdentityService(others);
  const { database, validation, clock, messenger, service } = identity;
  const random = systemRandom;
  const logger = createRecordingLogger();
  const users = createIdentityUsers({
    database,
    // The token is the name of the user.
    openId: { openIdSubject: (_server, token) => Promise.resolve(token.reveal() as Mxid) },
    allowedServers: [],
    policies,
    registrationsPerClient: { max: 1000, windowMs: 1000 },
    clock,
    random,
    logger,
  });
  const ownPublications = createOwnPublications({
    names: [identityServer, 'matrix-id.test:8448'],
    database,
    users,
    associations: service.associations,
    toErrorReply: (failure) => toKnownErrorReply(failure),
  });
  const identityServers = createFakeIdentityServers();
  return {
    ...identity,
    proofs: createProofSessions({
      validation,
      canSend: (medium) => messenger.canSend(medium === 'email' ? 'email_validation' : 'phone_validation'),
      submitUrl: isPublic ? (medium) => `https://id.test/submit/${medium}` : undefined,
      revealsInUse,
    }),
    own: createOwnAddresses({ database, validation, clock, random }),
    publications: createPublications({
      database,
      own: hasIdentityService ? ownPublications : undefined,
      identityServers,
      clock,
      random,
      logger,
    }),
    identityServers,
    logger,
    idTokenOf: (mxid) =>
      users.register({ accessToken: new Secret(mxid), matrixServerName: serverNameOf(mxid), client: 'any' }),
    async submit({ sid, clientSecret }, given) {
      await anotherTurn();
      const token = given ?? messenger.tokens().at(-1) ?? '';
      // Codes have six digits; mailed tokens are longer.
      const medium = token.length <= 6 ? 'msisdn' : 'email';
      await validation.submitToken({ purpose: 'account', medium, sid, clientSecret }, new Secret(token), undefined);
    },
  };
}

/** A first request for a token: by e-mail, unless the 3PID begins with a plus. */
export function tokenRequest(
  address: string,
  caller: Caller | undefined,
  changes: Partial<AddressTokenRequest> = {},
): AddressTokenRequest {
  const medium = address.startsWith('+') ? 'msisdn' : 'email';
  const clientSecret = changes.clientSecret ?? `secret.${systemRandom.bytes(8).toString('hex')}`;
  const sendAttempt = changes.sendAttempt ?? 1;
  const typed =
    medium === 'email' ? { email: address } : { country: 'GB', phone_number: address.replace(/^\+44/, '0') };
  return {
    medium,
    address,
    country: medium === 'email' ? undefined : 'GB',
    clientSecret,
    sendAttempt,
    nextLink: undefined,
    caller,
    clientAddress: '203.0.113.7',
    client: '203.0.113.7',
    body: { ...typed, client_secret: clientSecret, send_attempt: sendAttempt },
    ...changes,
  };
}
