import type { AccountAddresses, Caller } from '../../src/accounts/threepids/account-addresses.js';
import type { Publications } from '../../src/accounts/threepids/publications.js';
import type { AccountAuthority } from '../../src/accounts/authority.js';
import { createDatabaseAccountThreepids } from '../../src/accounts/database-account-threepids.js';
import { createUpstreamProofs } from '../../src/accounts/threepids/upstream-proofs.js';
import { createRelayAddresses } from '../../src/accounts/relay/relay-addresses.js';
import { createHomeserverThreepids } from '../../src/accounts/relay/homeserver-threepids.js';
import { systemClock } from '../../src/base/clock.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import { createHttpHomeserver } from '../../src/matrix/http-homeserver.js';
import { openContacts, type ContactsUnderTest } from './contacts.js';
import { createTestRelay } from './relay-accounts.js';

/** The 3PIDs of a homeserver's accounts, and the services behind them. */
export interface RelayAddressesUnderTest extends ContactsUnderTest {
  readonly addresses: AccountAddresses;
  /** Logs in through the relay, also by the 3PIDs in the store of this daemon. */
  readonly authority: AccountAuthority;
  /** Adds a 3PID to the store of this daemon. */
  keep(mxid: Mxid, medium: 'email' | 'msisdn', address: string): Promise<void>;
}

/** Options of a test. */
export interface RelayAddressesChanges {
  readonly mayChange?: boolean;
  readonly publications?: Publications;
  readonly adminAccessToken?: Secret;
  /** The store of an earlier daemon. */
  readonly before?: Pick<ContactsUnderTest, 'database' | 'signingKeys'>;
}

/**
 * Opens it in front of the homeserver at `url`, with a database of its own and a clock that stands
 * still. The caller closes it.
 */
export async function openRelayAddresses(
  url: string,
  serverName: string,
  { mayChange = true, publications: others, before, adminAccessToken }: RelayAddressesChanges = {},
): Promise<RelayAddressesUnderTest> {
  const contacts = await openContacts({
    options: { ownServer: serverName as ServerName },
    ...(before && { database: before.database, signingKeys: before.signingKeys }),
  });
  const { database, clock, own, proofs } = contacts;
  const publications = others ?? contacts.publications;
  const accountThreepids = createDatabaseAccountThreepids(database);
  const upstreamProofs = createUpstreamProofs({ database, clock });
  const homeserver = createHttpHomeserver({ address: url, deadlineMs: 20_000, clock: systemClock });
  const addresses = createRelayAddresses({
    homeserver,
    serverName: serverName as ServerName,
    addresses: own,
    proofs,
    upstreamProofs,
    accountThreepids,
    homeserverThreepids:
      adminAccessToken &&
      createHomeserverThreepids({ homeserver, serverName: serverName as ServerName, adminAccessToken, clock }),
    publications,
    mayChange,
    clock,
  });
  return {
    ...contacts,
    publications,
    addresses,
    authority: createTestRelay(url, serverName, { accountThreepids }).authority,
    async keep(mxid, medium, address) {
      const rest = { validatedAt: 1, addedAt: 2, telegramAccountId: undefined };
      await database.transaction((tx) =>
        tx.accountAddresses.insert({ id: `id of ${address}`, mxid, medium, address, ...rest }),
      );
    },
  };
}

/** Publications that are only recorded. */
export interface RecordedPublications extends Publications {
  readonly asked: readonly unknown[];
  /** Sets the outcome of an unbind. */
  unbindResult: Awaited<ReturnType<Publications['unbind']>>;
}

/** Records the publications and unbinds at our identity service, under the name `idServer`. */
export function recordPublications(idServer: string): RecordedPublications {
  const asked: unknown[] = [];
  const recorded: RecordedPublications = {
    asked,
    unbindResult: 'no-support',
    isOurs: (named) => named === idServer,
    bind: (...request) => Promise.resolve(void asked.push(['bind', ...request])),
    unbindAll(...request) {
      asked.push(['unbindAll', ...request]);
      return Promise.resolve(recorded.unbindResult);
    },
    unbind(...request) {
      asked.push(['unbind', ...request]);
      return Promise.resolve(recorded.unbindResult);
    },
  };
  return recorded;
}

/** A user with that access token. */
export function callerOf(mxid: string, accessToken: string): Caller {
  return { mxid: mxid as Mxid, accessToken: new Secret(accessToken), clientAddress: '203.0.113.7' };
}
