import type { AccountAuthority } from './accounts/authority.js';
import { createDatabaseAddressBook } from './accounts/database-address-book.js';
import { createEmbeddedAccounts } from './accounts/embedded/embedded-accounts.js';
import { createPasswordHasher } from './accounts/embedded/password-hasher.js';
import { createLoginLimits } from './accounts/login-limits.js';
import { createRelayAccounts } from './accounts/relay/relay-accounts.js';
import type { AccountSessions } from './accounts/sessions.js';
import { createClientServerSurfaces } from './api/client-server-surfaces.js';
import type { ClientServerV3Deps } from './api/client-server-v3/index.js';
import { createIdentitySurfaces } from './api/identity-surfaces.js';
import { openIdentity } from './app/identity.js';
import { composeProvisioning } from './app/provisioning.js';
import type { Clock } from './base/clock.js';
import { withDeadline } from './base/deadline.js';
import type { Logger } from './base/logger.js';
import type { Random } from './base/random.js';
import { repeat } from './base/repeat.js';
import type { Config } from './config/config.js';
import { createPermissions } from './config/permissions.js';
import { DatabaseFailure } from './database/failure.js';
import type { Database } from './database/database.js';
import { openDatabase } from './database/open-database.js';
import { createHealthSurface } from './http/health.js';
import { createHttpServer, defaultHttpLimits, type HttpAddress } from './http/server.js';
import type { Runnable } from './lifecycle.js';
import { createLoginService } from './login/service.js';
import { createHttpHomeserver } from './matrix/http-homeserver.js';
import { createGramjsGateway } from './telegram/gramjs/gateway.js';
import { createConnectionPool } from './telegram/pool.js';

/** What the daemon takes from outside. */
export interface Seams {
  /** Of this program; Telegram shows it to users. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The daemon. */
export interface App extends Runnable {
  /** Where it listens; undefined while it does not. */
  address(): HttpAddress | undefined;
}

const sweepEveryMs = 60_000;
const sweepStopMs = 2_000;
/** Homeservers slow down logins that they find too many: this must be longer. */
const homeserverDeadlineMs = 30_000;

/** The daemon that the configuration describes; nothing is opened before start(). */
export function createApp(config: Config, { version, clock, random, logger }: Seams): App {
  const closers: (() => Promise<void>)[] = [];
  let address: HttpAddress | undefined;
  const logLateSweep = (error: unknown) => logger.warn('the sweep goes on: leaving it', { error });

  return {
    address: () => address,

    async start() {
      const { database: where, encryption, telegram, http, bridge, login: times } = config;
      const sweepNowAndThen = (what: string, sweep: () => Promise<void>) => {
        const failed = (error: unknown) => logger.error(`sweeping up ${what} failed`, { error });
        const stop = repeat(clock, sweepEveryMs, sweep, failed);
        // A sweep that waits for the lock of another daemon ends when the database closes.
        closers.push(() => withDeadline(clock, sweepStopMs, stop()).catch(logLateSweep));
      };

      const database = await openDatabase({ ...where, exclusive: true, encryption, clock, random, logger });
      closers.push(() => database.close());

      const gateway = createGramjsGateway({
        ...telegram,
        ...telegram.connection,
        proxy: telegram.proxy.type === 'disabled' ? undefined : telegram.proxy,
        deviceInfo: { ...telegram.deviceInfo, appVersion: telegram.deviceInfo.appVersion ?? version },
        clock,
        logger,
      });
      closers.push(() => gateway.close());

      const pool = createConnectionPool({ ...telegram.connection, gateway, clock, logger });
      closers.push(() => pool.close());

      const permissions = createPermissions(bridge.permissions);
      const login = createLoginService({
        database,
        pool,
        mayLogIn: (mxid) => permissions.mayLogIn(mxid),
        maxAccounts: bridge.maxAccounts,
        // Half of the connections stay free for those who do not wait.
        maxListening: Math.floor(telegram.connection.maxLive / 2),
        expireAfterMs: times.expireMs,
        clock,
        random,
        logger,
      });
      sweepNowAndThen('old logins', () => login.sweep());

      const accounts = chooseAccounts(config, { database, clock, random, logger });
      if (accounts?.sweep) sweepNowAndThen('old tokens', accounts.sweep);

      const identity = await openIdentity(config, { database, clock, random, logger });
      if (identity) {
        closers.push(() => identity.close());
        await identity.start();
        sweepNowAndThen('the identity service', () => identity.sweep());
      }

      const server = createHttpServer({
        host: http.host,
        port: http.port,
        surfaces: [
          ...composeProvisioning(config, { login, permissions, authority: accounts?.authority, clock, logger }),
          ...createClientServerSurfaces(loginDepsOf(config, accounts, { database, clock })),
          ...(identity?.surfaces ?? createIdentitySurfaces(undefined)),
          createHealthSurface({ ready: () => database.transaction(async () => true), clock }),
        ],
        trustedProxies: http.trustedProxies,
        undeclaredReplies: 'strip',
        isUnavailable: (failure) => failure instanceof DatabaseFailure,
        limits: { ...defaultHttpLimits, maxBodyBytes: http.maxBodyBytes },
        clock,
        random,
        logger,
      });
      const leaveOthers = async () => {
        identity?.leave();
        await Promise.all([pool.close(), gateway.close()]);
      };
      closers.push(async () => {
        await server.stop(http.shutdownMs, leaveOthers);
        // Before the sweep is waited for: what it asks of Telegram fails at once.
        await leaveOthers();
      });
      address = await server.start();
      logger.info('listening', { host: address.host, port: address.port });
    },

    async stop() {
      address = undefined;
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}

/** What Matrix login is made of; undefined where it is not answered. */
function loginDepsOf(
  { homeserver, accounts: { enabled, limits: allowances } }: Config,
  accounts: Accounts | undefined,
  { database, clock }: { readonly database: Database; readonly clock: Clock },
): ClientServerV3Deps | undefined {
  if (!enabled || !accounts) return undefined;
  const addressBook = createDatabaseAddressBook(database);
  const limits = createLoginLimits({ allowances, serverName: homeserver.domain, addressBook, clock });
  return { authority: accounts.authority, sessions: accounts.sessions, limits };
}

/** Whoever has the Matrix accounts of this server name. */
interface Accounts {
  readonly authority: AccountAuthority;
  /** Only where they are ours. */
  readonly sessions?: AccountSessions;
  readonly sweep?: () => Promise<void>;
}

/** The homeserver's accounts or ours, and never both: undefined where there are neither. Says in the log which. */
function chooseAccounts(
  { homeserver: { address, domain }, accounts, identity }: Config,
  { database, clock, random, logger }: Omit<Seams, 'version'> & { readonly database: Database },
): Accounts | undefined {
  const addressBook = createDatabaseAddressBook(database);
  const identityServer = identity.enabled ? identity.publicUrl : undefined;
  if (address !== undefined) {
    logger.info('Matrix accounts are those of the homeserver (relay)', {
      homeserver: address,
      domain,
      meaning: accounts.enabled
        ? 'Logins go to homeserver.address; phone numbers and addresses that Gangway knows become Matrix IDs on the way.'
        : 'accounts.enabled is false: the homeserver is asked whose access token is whose, and logins are not answered here.',
    });
    const homeserver = createHttpHomeserver({ address, deadlineMs: homeserverDeadlineMs, clock });
    const wellKnown =
      typeof accounts.wellKnown === 'string' ? accounts.wellKnown : { ...accounts.wellKnown, identityServer };
    const authority = createRelayAccounts({ homeserver, serverName: domain, addressBook, wellKnown, clock, logger });
    return { authority };
  }
  if (!accounts.enabled) {
    logger.info('Matrix accounts: none', {
      domain,
      meaning: 'accounts.enabled is false, and homeserver.address is not given.',
    });
    return undefined;
  }
  logger.info('Matrix accounts are those of Gangway (embedded)', {
    domain,
    meaning:
      'homeserver.address is not given: Gangway itself says who the users of this domain are. `gangway user add` makes them. ' +
      'Where a homeserver has them, set homeserver.address.',
  });
  const { wellKnown } = accounts;
  const embedded = createEmbeddedAccounts({
    database,
    serverName: domain,
    addressBook,
    hasher: createPasswordHasher({ ...accounts.passwordHashing, random }),
    lifetimes: accounts,
    wellKnown: typeof wellKnown === 'string' ? undefined : discoveryInformation(wellKnown.homeserver, identityServer),
    clock,
    random,
    logger,
  });
  return { authority: embedded, sessions: embedded, sweep: () => embedded.sweep() };
}

function discoveryInformation(homeserver: string, identityServer: string | undefined) {
  return {
    'm.homeserver': { base_url: homeserver },
    ...(identityServer === undefined ? {} : { 'm.identity_server': { base_url: identityServer } }),
  };
}
