import { createDatabaseAccountThreepids } from '../../src/accounts/database-account-threepids.js';
import {
  createAccountAdministration,
  type AccountAdministration,
} from '../../src/accounts/embedded/account-administration.js';
import {
  createEmbeddedAccounts,
  type EmbeddedAccounts,
  type EmbeddedAccountsDeps,
} from '../../src/accounts/embedded/embedded-accounts.js';
import { createPasswordHasher, type PasswordHasher } from '../../src/accounts/embedded/password-hasher.js';
import { createRevoker, type Revoker } from '../../src/accounts/revocation.js';
import type { ThirdPartyAddress } from '../../src/base/canonical-address.js';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { randomId, systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { ownedLogins } from '../../src/login/owned-logins.js';
import { openTestDatabase } from './database.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import { silentLogger } from './silent-logger.js';

/** An authority that keeps accounts itself, and what a test does to it from outside. */
export interface EmbeddedUnderTest {
  readonly accounts: EmbeddedAccounts;
  readonly administration: AccountAdministration;
  readonly hasher: PasswordHasher;
  readonly revoker: Revoker;
  readonly database: Database;
  readonly clock: FakeClock;
  readonly serverName: ServerName;
  /**
   * Creates an account with that localpart. The default password is `the password of <localpart>`.
   */
  addUser(localpart: string, password?: string): Promise<{ readonly mxid: Mxid; readonly password: string }>;
  addAddress(mxid: Mxid, address: ThirdPartyAddress): Promise<void>;
  devicesOf(mxid: Mxid): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Opens it on a database of its own, unless one is given, and on a clock that stands still. The
 * caller closes it.
 */
export async function openEmbeddedAccounts(
  options: Partial<EmbeddedAccountsDeps> & { readonly clock?: FakeClock } = {},
): Promise<EmbeddedUnderTest> {
  const { clock = createFakeClock() } = options;
  const random = systemRandom;
  const database = options.database ?? (await openTestDatabase({ clock }));
  const serverName = 'example.test' as ServerName;
  const hasher = options.hasher ?? createPasswordHasher({ maxConcurrent: 2, maxWaiting: 50, random });
  const revoker = createRevoker(ownedLogins);
  const accounts = createEmbeddedAccounts({
    database,
    serverName,
    accountThreepids: createDatabaseAccountThreepids(database),
    hasher,
    revoker,
    lifetimes: { accessTokenMs: 300_000, refreshTokenMs: 86_400_000, loginTokenMs: 120_000 },
    wellKnown: undefined,
    clock,
    random,
    logger: silentLogger,
    ...options,
  });
  const administration = createAccountAdministration({ database, serverName, hasher, revoker, clock });
  return {
    accounts,
    administration,
    hasher,
    revoker,
    database,
    clock,
    serverName,

    async addUser(localpart, password = `the password of ${localpart}`) {
      const mxid = `@${localpart}:${serverName}` as Mxid;
      if (!(await administration.add(mxid, new Secret(password)))) throw new Error(`${mxid} is taken`);
      return { mxid, password };
    },

    async addAddress(mxid, address) {
      const at = clock.now();
      const times = { validatedAt: at, addedAt: at };
      const record = { id: randomId(random), mxid, ...address, ...times, telegramAccountId: undefined };
      const isNew = await database.transaction((tx) => tx.accountAddresses.insert(record));
      if (!isNew) throw new Error('the address is taken');
    },

    async devicesOf(mxid) {
      const devices = await database.transaction((tx) => tx.devices.listByUser(mxid));
      return devices.map(({ deviceId }) => deviceId);
    },

    close: () => database.close(),
  };
}
