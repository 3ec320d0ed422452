import { createProvisioningSurface } from './api/provisioning-0.3.0/index.js';
import type { Clock } from './base/clock.js';
import { withDeadline } from './base/deadline.js';
import type { Logger } from './base/logger.js';
import type { Random } from './base/random.js';
import { repeat } from './base/repeat.js';
import type { Config } from './config/config.js';
import { createPermissions } from './config/permissions.js';
import { DatabaseFailure } from './database/failure.js';
import { openDatabase } from './database/open-database.js';
import { createBearerAuth } from './http/bearer-auth.js';
import { createHealthSurface } from './http/health.js';
import { createHttpServer, defaultHttpLimits, type HttpAddress } from './http/server.js';
import type { Runnable } from './lifecycle.js';
import { createLoginService } from './login/service.js';
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

/** The daemon that the configuration describes; nothing is opened before start(). */
export function createApp(config: Config, { version, clock, random, logger }: Seams): App {
  const closers: (() => Promise<void>)[] = [];
  let address: HttpAddress | undefined;
  const logLateSweep = (error: unknown) => logger.warn('the sweep goes on: leaving it', { error });

  return {
    address: () => address,

    async start() {
      const { database: where, encryption, telegram, http, provisioning, bridge, login: times } = config;

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
        expireAfterMs: times.expireMs,
        clock,
        random,
        logger,
      });
      const stopSweeping = repeat(
        clock,
        sweepEveryMs,
        () => login.sweep(),
        (error) => logger.error('sweeping up old logins failed', { error }),
      );
      // A sweep that waits for the lock of another daemon ends when the database closes.
      closers.push(() => withDeadline(clock, sweepStopMs, stopSweeping()).catch(logLateSweep));

      const authenticate = createBearerAuth({
        secrets: [provisioning.sharedSecret, ...provisioning.oldSharedSecrets],
        failuresAllowed: provisioning.failedAttempts.max,
        windowMs: provisioning.failedAttempts.windowMs,
        logger,
      });
      const server = createHttpServer({
        host: http.host,
        port: http.port,
        surfaces: [
          createProvisioningSurface({ prefix: provisioning.prefix, login, authenticate, clock }),
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
      const leaveTelegram = async () => void (await Promise.all([pool.close(), gateway.close()]));
      closers.push(async () => {
        await server.stop(http.shutdownMs, leaveTelegram);
        // Before the sweep is waited for: what it asks of Telegram fails at once.
        await leaveTelegram();
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
