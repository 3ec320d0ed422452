import { createRevoker } from '../../src/accounts/revocation.js';
import { createAdministration } from '../../src/admin/administration.js';
import { createAdminApi } from '../../src/api/admin/index.js';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import { createBearerAuth } from '../../src/http/bearer-auth.js';
import { ownedLogins } from '../../src/login/owned-logins.js';
import { fillTables } from './filled-tables.js';
import { startServer, type TestServer } from './http-server.js';
import { openLoginFixture, type OpenLoginFixture } from './login-fixture.js';
import { silentLogger } from './silent-logger.js';

/** The token of the API. */
export const adminToken = 'secret-of-the-helpdesk';
/** A user with rows in every table. */
export const alice = '@alice:example.org' as Mxid;
/** Another user with rows in every table. */
export const bob = '@bob:example.org' as Mxid;

/** The admin API on a database with two users. */
export interface AdminApi {
  readonly fixture: OpenLoginFixture;
  readonly server: TestServer;
  /** Starts another server of the same database. The caller stops it. */
  serve(hasBridge: boolean): Promise<TestServer>;
  close(): Promise<void>;
}

/** Fills a database and starts the API. Three wrong tokens are allowed. The caller closes it. */
export async function openAdminApi(): Promise<AdminApi> {
  const fixture = await openLoginFixture();
  const { database, clock, login } = fixture;
  await database.transaction(async (tx) => {
    await tx.lookupHashes.insertPepper({ id: 'pepper', pepper: 'any', createdAt: 0 });
    await tx.lookupHashes.activatePepper('pepper', 0);
    for (const [mxid, tag] of [
      [alice, '3501'],
      [bob, '3502'],
    ] as const) {
      const account = { mxid, passwordHash: undefined, createdAt: clock.now(), deactivatedAt: undefined };
      await tx.accounts.insert(account);
      await tx.devices.insert({ mxid, deviceId: 'PHONE', displayName: 'Phone', createdAt: clock.now() });
      await fillTables(tx, { mxid, tag, at: clock.now() });
    }
  });

  const serve = (hasBridge: boolean) => {
    const revoker = createRevoker(ownedLogins);
    const administration = createAdministration({ database, revoker, processes: login, hasBridge, clock });
    const consumers = [{ name: 'helpdesk', secret: new Secret(adminToken) }];
    const allowance = { failuresAllowed: 3, windowMs: 60_000, logger: silentLogger };
    const authenticate = createBearerAuth({ secrets: [], consumers, ...allowance });
    return startServer([createAdminApi({ administration, authenticate })]);
  };
  const server = await serve(true);
  return {
    fixture,
    server,
    serve,
    async close() {
      await server.stop(1000);
      await fixture.close();
    },
  };
}
