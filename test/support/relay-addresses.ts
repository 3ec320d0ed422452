import type { AccountAddresses, AddressTokenRequest, Caller } from '../../src/accounts/contacts/account-addresses.js';
import { createOwnAddresses } from '../../src/accounts/contacts/own-addresses.js';
import { createProofSessions } from '../../src/accounts/contacts/proof-sessions.js';
import type { Publications } from '../../src/accounts/contacts/publications.js';
import { createDatabaseAddressBook } from '../../src/accounts/database-address-book.js';
import { createRelayAddresses } from '../../src/accounts/relay/relay-addresses.js';
import { systemClock } from '../../src/base/clock.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import { createHttpHomeserver } from '../../src/matrix/http-homeserver.js';
import { openValidation, type ValidationUnderTest } from './validation.js';

/** The name under which publications go to ourselves. */
export const ownIdServer = 'id.test';

/** What a relay was asked to publish at ourselves, and to withdraw. */
export interface RecordedPublications extends Publications {
  readonly asked: readonly unknown[];
  /** What withdrawing says from now on. */
  unbindResult: Awaited<ReturnType<Publications['unbind']>>;
}

/** The addresses of a homeserver's accounts, and what stands behind them. */
export interface RelayAddressesUnderTest extends ValidationUnderTest {
  readonly addresses: AccountAddresses;
  readonly publications: RecordedPublications;
  /** Adds an address to those that are kept here. */
  keep(mxid: Mxid, medium: 'email' | 'msisdn', address: string): Promise<void>;
}

/** In front of the homeserver at `url`, with a database of its own; the caller closes it. */
export async function openRelayAddresses(
  url: string,
  serverName: string,
  { mayChange = true }: { readonly mayChange?: boolean } = {},
): Promise<RelayAddressesUnderTest> {
  const opened = await openValidation();
  const { validation, database, clock } = opened;
  const publications = recordPublications();
  const addresses = createRelayAddresses({
    homeserver: createHttpHomeserver({ address: url, deadlineMs: 20_000, clock: systemClock }),
    serverName: serverName as ServerName,
    addresses: createOwnAddresses({ database, validation, clock, random: systemRandom }),
    proofs: createProofSessions({
      validation,
      submitUrl: (medium) => `https://door.test/${medium}/submit`,
      revealsInUse: false,
    }),
    addressBook: createDatabaseAddressBook(database),
    publications,
    mayChange,
    clock,
  });
  return {
    ...opened,
    addresses,
    publications,
    async keep(mxid, medium, address) {
      const times = { validatedAt: 1, addedAt: 2 };
      await database.transaction((tx) =>
        tx.accountAddresses.insert({ id: `id of ${address}`, mxid, medium, address, ...times }),
      );
    },
  };
}

function recordPublications(): RecordedPublications {
  const asked: unknown[] = [];
  const recorded: RecordedPublications = {
    asked,
    unbindResult: 'no-support',
    isOurs: (idServer) => idServer === ownIdServer,
    bind: (...request) => Promise.resolve(void asked.push(['bind', ...request])),
    unbind(...request) {
      asked.push(['unbind', ...request]);
      return Promise.resolve(recorded.unbindResult);
    },
  };
  return recorded;
}

/** A request for a token, as the surfaces hand it on. */
export function tokenRequest(
  medium: 'email' | 'msisdn',
  address: string,
  caller: Caller | undefined,
  changes: Partial<AddressTokenRequest> = {},
): AddressTokenRequest {
  const typed = medium === 'email' ? { email: address } : { country: 'GB', phone_number: address };
  return {
    medium,
    address,
    country: medium === 'email' ? undefined : 'GB',
    clientSecret: 'a.secret',
    sendAttempt: 1,
    nextLink: undefined,
    caller,
    clientAddress: '203.0.113.7',
    client: '203.0.113.7',
    body: { client_secret: 'a.secret', send_attempt: 1, ...typed, 'org.example.kept': { deep: ['ü'] } },
    ...changes,
  };
}

/** A user with that access token. */
export function callerOf(mxid: string, accessToken: string): Caller {
  return { mxid: mxid as Mxid, accessToken: new Secret(accessToken), clientAddress: '203.0.113.7' };
}
