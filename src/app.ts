import { createLoginLimits } from './accounts/login-limits.js';
import { createClientServerApis } from './api/client-server-apis.js';
import { createIdentityRest } from './api/identity/identity-rest.js';
import { auditRequests } from './app/audit.js';
import { chooseAccounts } from './app/accounts.js';
import { createAuthenticators } from './app/authenticators.js';
import { composeBridge } from './app/bridge.js';
import { composeClientServer } from './app/client-server.js';
import { openProofs } from './app/proofs.js';
import {
  liveAllowance,
  liveLoginLimits,
  livePermissions,
  sessionPolicyOf,
  type LiveConfig,
} from './app/live-config.js';
import { openObservation } from './app/observation.js';
import { composeProvisioning, findOpenIdUserOf } from './app/provisioning.js';
import { warnAboutSessionsAtBridge } from './app/sessions-at-bridge.js';
import { composeSessions } from './app/sessions.js';
import { openTelegram } from './app/telegram.js';
import { composeTelegramProofs } from './app/telegram-proofs.js';
import { warnAboutUpstream } from './app/upstream-check.js';
import type { Runtime } from './base/runtime.js';
import { withDeadline } from './base/deadline.js';
import { repeat } from './base/repeat.js';
import type { Config } from './config/config.js';
import { DatabaseFailure } from './database/failure.js';
import { openDatabase } from './database/open-database.js';
import { createHealthApi } from './http/health.js';
import { createHttpServer, defaultHttpLimits, type HttpAddress } from './http/server.js';
import type { Api } from './http/api.js';
import type { Runnable } from './lifecycle.js';
import { hasActiveAccount } from './login/owned-logins.js';
import { createLoginService } from './login/service.js';
import { createSessionPolicySweep } from './login/session-policy.js';
import { createConnectionPool } from './telegram/pool.js';

/** The external dependencies of the daemon. */
export interface AppRuntime extends Runtime {
  /** The version of this program, which Telegram shows to users. */
  readonly version: string;
}

/** The daemon. */
export interface App extends Runnable {
  /** Returns the address that it listens on; undefined while it does not. */
  address(): HttpAddress | undefined;
  /** Replaces the settings that can change while it runs (`reloadableKeys`); others are ignored. */
  reload(config: Config): void;
}

const sweepEveryMs = 60_000;
const leaseSweepEveryMs = 5_000;
/** The command line waits for it. */
const exportSweepEveryMs = 2_000;
const sweepStopMs = 2_000;
const policySweepEveryMs = 600_000;

/** Returns the daemon that the configuration describes; nothing is opened before start(). */
export function createApp(config: Config, { version, clock, random, logger }: AppRuntime): App {
  const closers: (() => Promise<void>)[] = [];
  let address: HttpAddress | undefined;
  let current = config;
  const live: LiveConfig = { current: () => current };
  /** Checks the permissions of users who are logged in. */
  let checkUsers = () => Promise.resolve();
  const logLateSweep = (error: unknown) => logger.warn('sweep still running at shutdown', { error });

  return {
    address: () => address,

    reload(next) {
      current = next;
      checkUsers().catch((error: unknown) => logger.error('cleanup failed', { job: 'removed users', error }));
    },

    async start() {
      const { database: where, encryption, telegram, http, bridge, login: times } = config;
      const sweepNowAndThen = (what: string, sweep: () => Promise<void>, everyMs = sweepEveryMs) => {
        const failed = (error: unknown) => logger.error('cleanup failed', { job: what, error });
        const sweepOnce = () => (database.leads() ? sweep() : Promise.resolve());
        const stop = repeat(clock, everyMs, sweepOnce, failed);
        // A sweep that waits for the lock of another daemon ends when the database closes.
        closers.push(() => withDeadline(clock, sweepStopMs, stop()).catch(logLateSweep));
      };

      const observation = await openObservation(config, { clock, logger });
      closers.push(() => observation.close());
      const { audit, callers, metrics, rejected } = observation;
      const authenticators = createAuthenticators(live, { rejected, logger });

      const onWork = metrics?.onDatabaseWork;
      const observed = { exclusive: true, audit, onWork };
      const database = await openDatabase({ ...where, ...observed, encryption, clock, random, logger });
      closers.push(() => database.close());

      const unmeasured = openTelegram(config, { version, guard: database.leases.guard, clock, logger });
      const gateway = metrics?.measureTelegram(unmeasured, telegram.engine) ?? unmeasured;
      closers.push(() => gateway.close());

      const leases = metrics?.measureLeases(database.leases) ?? database.leases;
      const pool = createConnectionPool({ ...telegram.connection, gateway, leases, clock, logger });
      closers.push(() => pool.close());

      sweepNowAndThen('rate limits', () => database.limiter.sweep());

      const runtime = { database, clock, random, logger };
      const accounts = chooseAccounts(config, { ...runtime, audit });
      if (accounts) sweepNowAndThen('what is over of Matrix accounts', () => accounts.sweep());
      const openIdTokens = accounts?.kind === 'embedded' ? accounts.openIdTokens : undefined;

      const proofs = await openProofs(config, runtime, metrics);
      if (proofs) {
        closers.push(async () => proofs.leave());
        sweepNowAndThen('old proofs', () => proofs.validation.sweep());
      }

      // Parts that are disabled are not loaded.
      const { openIdentity } = config.identity.enabled ? await import('./app/identity.js') : {};
      const identity = proofs && openIdentity && (await openIdentity(config, { ...runtime, proofs, openIdTokens }));
      if (identity) {
        closers.push(() => identity.close());
        await identity.start();
        sweepNowAndThen('the identity service', () => identity.sweep());
      }

      const numbers = composeTelegramProofs(config, { accounts, publisher: identity?.publisher }, runtime);
      const permissions = livePermissions(live);
      const bridged = composeBridge(config, pool, runtime);
      const login = createLoginService({
        database,
        pool,
        mayLogIn: (mxid) => permissions.mayLogIn(mxid),
        isActiveOwner: accounts?.kind === 'embedded' ? hasActiveAccount : undefined,
        maxAccounts: bridge.maxAccounts,
        // Half of the connections are kept for calls that do not wait.
        maxListening: Math.floor(telegram.connection.maxLive / 2),
        attempts: liveAllowance(() => live.current().login.attemptsPerUser),
        expireAfterMs: times.expireMs,
        bridge: bridged,
        watcher: numbers.proofs,
        observer: observation.onLoginStep,
        clock,
        random,
        logger,
      });
      sweepNowAndThen('old logins', () => login.sweep());
      const policy = createSessionPolicySweep({
        database,
        policy: () => sessionPolicyOf(live.current()),
        mayLogIn: (mxid) => permissions.mayLogIn(mxid),
        clock,
        logger,
      });
      sweepNowAndThen('unused sessions', () => policy.expireUnused(), policySweepEveryMs);
      sweepNowAndThen('removed users', () => policy.logOutRemoved(), policySweepEveryMs);
      checkUsers = () => (database.leads() ? policy.logOutRemoved() : Promise.resolve());
      if (bridged) {
        closers.push(() => bridged.handOvers.stop());
        bridged.handOvers.start();
        sweepNowAndThen('refused hand-overs', () => bridged.handOvers.sweep());
      }
      sweepNowAndThen('phone numbers to publish', () => numbers.proofs.publish());
      const checkLogins = () => numbers.proofs.check((accountId) => login.check(accountId));
      sweepNowAndThen('logins that prove phone numbers', checkLogins, config.threepids.telegramCheckMs);

      const sessions = composeSessions(config, live, authenticators, { ...runtime, pool });
      closers.push(() => sessions.webhooks.stop());
      sessions.webhooks.start();
      sweepNowAndThen('old webhook deliveries', () => sessions.webhooks.sweep());
      sweepNowAndThen('expired leases', () => sessions.leases.sweep(), leaseSweepEveryMs);
      sweepNowAndThen('requested exports', () => sessions.sweepExports(), exportSweepEveryMs);

      const phoneProofs = numbers.isOffered ? numbers.proofs : undefined;
      const limits = createLoginLimits({
        allowances: liveLoginLimits(live),
        serverName: config.homeserver.domain,
        limiter: database.limiter,
        clock,
      });
      const findOpenIdUser = findOpenIdUserOf(config.homeserver, openIdTokens, clock);
      const clientServer =
        accounts && proofs && composeClientServer(config, { accounts, proofs, identity, limits }, runtime);
      const { composeWeb } = config.web.enabled ? await import('./app/web.js') : {};
      const web = composeWeb?.(
        config,
        authenticators,
        {
          login,
          contacts: clientServer?.contacts,
          phoneProofs,
          handOver: bridged?.answers,
          accounts,
          limits,
          findOpenIdUser,
          mayLogIn: (mxid) => permissions.mayLogIn(mxid),
        },
        runtime,
      );
      if (web) sweepNowAndThen('old sessions of the web page', () => web.sweep());
      const { composeAdmin } = config.admin.tokens.length > 0 ? await import('./app/admin.js') : {};
      const unaudited = composeAdmin?.(config, authenticators, { processes: login }, runtime);
      const admin = unaudited && audit ? auditRequests(unaudited, audit) : unaudited;
      const serverOptions = {
        trustedProxies: http.trustedProxies,
        undeclaredReplies: 'strip',
        isUnavailable: (failure: unknown) => failure instanceof DatabaseFailure,
        callers,
        onRequest: metrics?.onRequest,
        limits: { ...defaultHttpLimits, maxBodyBytes: http.maxBodyBytes, maxConnections: http.maxConnections },
        clock,
        random,
        logger,
      } as const;
      const apis = [
        ...composeProvisioning(
          config,
          authenticators,
          {
            login,
            phoneProofs,
            handOver: bridged?.answers,
            transfers: sessions.transfers,
            permissions,
            authority: accounts?.authority,
            findOpenIdUser,
          },
          runtime,
        ),
        ...createClientServerApis(clientServer),
        ...(identity?.apis ?? [createIdentityRest()]),
        ...sessions.apis,
        ...(admin && !config.admin.listener ? [admin] : []),
        ...(web?.apis ?? []),
        createHealthApi({ checkReady: () => database.probe(), clock, logger }),
      ];
      const server = createHttpServer({ host: http.host, port: http.port, apis, ...serverOptions });
      const startBeside = async (name: 'admin' | 'metrics', at: HttpAddress, api: Api) => {
        const other = createHttpServer({ ...at, apis: [api], ...serverOptions });
        closers.push(() => other.stop(http.shutdownMs));
        logger.info(`${name} listening`, { ...(await other.start()) });
      };
      if (admin && config.admin.listener) await startBeside('admin', config.admin.listener, admin);
      if (metrics) {
        metrics.watchQueue('telegram_connections', () => pool.waiting());
        metrics.watchQueue('database', () => database.waiting());
        if (accounts?.kind === 'embedded') metrics.watchQueue('password_hashes', () => accounts.hasher.load.waiting);
        metrics.scrapeDatabase({ database, clock, logger });
        const metricsApi = metrics.serve(admin ? [...apis, admin] : apis);
        await startBeside('metrics', config.metrics, metricsApi);
      }
      const leaveOthers = async () => {
        proofs?.leave();
        await Promise.all([pool.close(), gateway.close()]);
      };
      closers.push(async () => {
        await server.stop(http.shutdownMs, leaveOthers);
        // Before the sweep is waited for: what it asks of Telegram fails at once.
        await leaveOthers();
      });
      if (bridged === undefined) await warnAboutSessionsAtBridge(database, logger);
      address = await server.start();
      logger.info('listening', { host: address.host, port: address.port });
      void warnAboutUpstream(config, { clock, logger });
    },

    async stop() {
      address = undefined;
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}
