import type { Runtime } from '../base/runtime.js';
import { createSessionsApi } from '../api/sessions/index.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/database.js';
import type { Api } from '../http/api.js';
import { leaveSession } from '../login/owned-logins.js';
import { readUser } from '../login/login-codec.js';
import { createConsumer } from '../sessions/consumer.js';
import { createExportSweep } from '../sessions/exports.js';
import { createSessionTransfers, type SessionTransfers } from '../sessions/transfers.js';
import { createSessionLeases, type SessionLeasesDeps, type SessionLeaseService } from '../sessions/leases.js';
import type { TelegramSession } from '../telegram/gateway.js';
import { writeSession } from '../telegram/formats/formats.js';
import { writeMautrixSession } from '../telegram/formats/mautrix.js';
import type { ConnectionPool } from '../telegram/pool.js';
import { withPublicAddress, type PortableSession } from '../telegram/portable-session.js';
import { readStoredSession } from '../telegram/stored-session.js';
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.js';
import type { Authenticators } from './authenticators.js';
import type { LiveConfig } from './live-config.js';

/** The external dependencies of composeSessions. */
export interface SessionRuntime extends Runtime {
  readonly database: Database;
  readonly pool: Pick<ConnectionPool, 'ensureClosed'>;
}

/** Telegram sessions for other programs. */
export interface Sessions {
  /** Ends expired leases, including those of programs that are not configured any more. */
  readonly leases: SessionLeaseService;
  /** Undefined unless the configuration enables them. */
  readonly transfers: SessionTransfers | undefined;
  /** Fulfils the exports that the command line has requested. To be called every few seconds. */
  readonly sweepExports: () => Promise<void>;
  readonly apis: readonly Api[];
  /** Also empties the outbox if no server receives events. */
  readonly webhooks: Webhooks;
}

/** Returns the sessions API, which is not served if no program may use it. */
export function composeSessions(
  config: Config,
  live: LiveConfig,
  authenticators: Pick<Authenticators, 'consumers'>,
  { pool, ...runtime }: SessionRuntime,
): Sessions {
  const { consumers: settings, defaultLeaseMs, maxLeaseMs, graceMs } = config.sessions;
  const closeConnection = (accountId: string) => pool.ensureClosed(accountId);
  const sweepExports = createExportSweep({ ...runtime, closeConnection });
  const leases = createSessionLeases({
    ...runtime,
    defaultLeaseMs,
    maxLeaseMs: maxLeaseMs,
    graceMs,
    writeSession: sessionWriter(config),
    readProfile: readUser,
    closeConnection,
    leaveSession,
  });
  const transfers = config.provisioning.enableSessionTransfers
    ? createSessionTransfers({
        ...runtime,
        writeSession: (session) => writeMautrixSession(exportedSession(session, config)),
        closeConnection,
      })
    : undefined;
  const webhooks = createWebhooks({ ...runtime, webhooks: config.sessions.webhooks });
  if (settings.length === 0) return { leases, transfers, sweepExports, webhooks, apis: [] };
  const authenticate = authenticators.consumers();
  const listConsumers = () => live.current().sessions.consumers.map(createConsumer);
  const apis = [createSessionsApi({ leases, listConsumers, authenticate })];
  return { leases, transfers, sweepExports, webhooks, apis };
}

/** Returns what writes sessions for other programs. */
export function sessionWriter(config: Config): SessionLeasesDeps['writeSession'] {
  return (format, session, { id: userId, isBot }) =>
    writeSession(format, { ...exportedSession(session, config), userId, isBot, apiId: config.telegram.apiId });
}

/** Returns the session with the address that other programs connect to. */
export function exportedSession(session: TelegramSession, { telegram }: Config): PortableSession {
  return withPublicAddress(readStoredSession(session), telegram.dataCentres);
}
