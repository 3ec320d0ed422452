import type { EntitySchema } from 'typeorm';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Reader } from '../reader.js';
import type { ReadableTable, Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';
import { acceptedTerms } from './accepted-terms.js';
import { accessTokens } from './access-tokens.js';
import { accountAddresses } from './account-addresses.js';
import { accounts } from './accounts.js';
import { daemons } from './daemons.js';
import { devices } from './devices.js';
import { events } from './events.js';
import { floodWaits } from './flood-waits.js';
import { handOvers } from './hand-overs.js';
import { homeserverSessions } from './homeserver-sessions.js';
import { identityAssociations } from './identity-associations.js';
import { identityBindings } from './identity-bindings.js';
import { identityInvites } from './identity-invites.js';
import { identitySigningKeys } from './identity-signing-keys.js';
import { identityTokens } from './identity-tokens.js';
import { inviteDeliveries } from './invite-deliveries.js';
import { knownUsers } from './known-users.js';
import { loginProcesses } from './login-processes.js';
import { loginTokens } from './login-tokens.js';
import { lookupHashes } from './lookup-hashes.js';
import { openIdTokens } from './open-id-tokens.js';
import { rateLimits } from './rate-limits.js';
import { refreshTokens } from './refresh-tokens.js';
import { statistics } from './statistics.js';
import { sealingCheck } from './sealing-check.js';
import { sessionLeases } from './session-leases.js';
import { sessionUses } from './session-uses.js';
import { telegramAccounts } from './telegram-accounts.js';
import { uiaSessions } from './uia-sessions.js';
import { validationSessions } from './validation-sessions.js';
import { webGrants } from './web-grants.js';

/** The tables that have a store. A new table is added here, and nowhere else. */
const tables = {
  loginProcesses,
  telegramAccounts,
  handOvers,
  sessionLeases,
  events,
  floodWaits,
  accounts,
  devices,
  accessTokens,
  refreshTokens,
  loginTokens,
  openIdTokens,
  uiaSessions,
  accountAddresses,
  validationSessions,
  homeserverSessions,
  identitySigningKeys,
  identityAssociations,
  identityBindings,
  identityInvites,
  identityTokens,
  inviteDeliveries,
  lookupHashes,
  acceptedTerms,
  webGrants,
  knownUsers,
  statistics,
  sessionUses,
} satisfies Record<string, Table<object>>;

type Tables = typeof tables;

/** The stores inside one open transaction. They throw once the transaction is over. */
export type Transaction = {
  readonly [Name in keyof Tables]: ReturnType<Tables[Name]['openStore']>;
};

type ReadableName = {
  [Name in keyof Tables]: Tables[Name] extends ReadableTable<object, object> ? Name : never;
}[keyof Tables];

/** The reads that need no transaction, by table. */
export type Readers = { readonly [Name in ReadableName]: ReturnType<Tables[Name]['openReader']> };

const all = [sealingCheck, daemons, rateLimits, ...Object.values(tables)];

/** The entities of all tables. */
export const schemas: readonly EntitySchema[] = all.flatMap((table) => table.schemas);

/** All sealed columns. Their values are sealed again after a change of the encryption key. */
export const sealedColumns: readonly SealedColumn[] = all.flatMap((table) => table.sealedColumns);

/** Returns the reads of all tables that need no transaction. */
export function openReaders(reader: Reader, sealing: Sealing): Readers {
  const opened = Object.entries<Table<object>>(tables).flatMap(([name, table]) =>
    isReadable(table) ? [[name, table.openReader(reader, sealing)]] : [],
  );
  return Object.fromEntries(opened) as Readers;
}

const isReadable = (table: Table<object>): table is ReadableTable<object, object> => 'openReader' in table;

/** Returns the stores of all tables for one transaction. Each is opened when it is first used. */
export function openStores(session: TransactionSession, sealing: Sealing): Transaction {
  return Object.create(lazyStores, { opening: { value: { session, sealing, stores: new Map() } } }) as Transaction;
}

interface Opening {
  readonly session: TransactionSession;
  readonly sealing: Sealing;
  readonly stores: Map<string, object>;
}

// Shared by all transactions: most of them use one or two of the tables.
const lazyStores = Object.defineProperties(
  {},
  Object.fromEntries(
    Object.entries<Table<object>>(tables).map(([name, table]) => [
      name,
      {
        get(this: { readonly opening: Opening }) {
          const { session, sealing, stores } = this.opening;
          const store = stores.get(name) ?? table.openStore(session, sealing);
          stores.set(name, store);
          return store;
        },
      },
    ]),
  ),
);
