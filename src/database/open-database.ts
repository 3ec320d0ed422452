import { createLocalRateLimiter } from '../base/rate-limiter.js';
import type { Audit, AuditEntry } from '../base/audit.js';
import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import type { Backend } from './backend.js';
import { auditedTransaction } from './audited-stores.js';
import { databaseNowMs } from './daemons/registration.js';
import type { Database } from './database.js';
import { prepareDatabase } from './prepare.js';
import type { Reader } from './reader.js';
import type { EncryptionKeys } from './sealing/keyring.js';
import { createSealer } from './sealing/sealer.js';
import { createSubjectHasher } from './sealing/subject-hasher.js';
import { createSharedRateLimiter } from './shared-rate-limiter.js';
import { openReaders, openStores, type Transaction } from './tables/index.js';
import { createTransactions, type DatabaseWork } from './transactions.js';
import { parseDatabaseUri } from './uri.js';

/** The location of the database, its encryption keys, and its dependencies. */
export interface DatabaseOptions extends Runtime {
  /** `sqlite:path`, `sqlite::memory:` or `postgres://user:password@host:port/database`. */
  readonly uri: Secret;
  /** The limit of open transactions on PostgreSQL, 10 by default. SQLite has one at a time. */
  readonly maxConnections?: number;
  /**
   * Whether the caller is a daemon. A SQLite file can have only one; those of a PostgreSQL database
   * have leases. False by default.
   */
  readonly exclusive?: boolean;
  /**
   * Whether to require that no daemon uses the database. On SQLite, none can start until it is
   * closed. False by default.
   */
  readonly offline?: boolean;
  readonly encryption: EncryptionKeys;
  /** Receives an entry for each write that the audit log has, once it is committed. */
  readonly audit?: Audit | undefined;
  /** Called after each transaction and read. It must not throw. */
  readonly onWork?: ((work: DatabaseWork) => void) | undefined;
}

const busyTimeoutMs = 5_000;

/**
 * Opens the database, migrates it, and seals values of older keys again under the current key.
 * Throws DatabaseFailure. A database with another schema or key is not changed.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { logger, clock, random, encryption, audit } = options;
  const sealer = createSealer({ ...encryption, random });
  const hasher = createSubjectHasher(encryption);
  const backend = await openBackend(options);
  try {
    await prepareDatabase({ backend, sealer, hasher, logger });
  } catch (error) {
    await backend.close();
    throw error;
  }
  const transactions = createTransactions({ backend, clock, logger, onWork: options.onWork });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await transactions.stop();
    await backend.close();
  };
  const limiter = backend.isShared
    ? createSharedRateLimiter({
        query: (sql, parameters) => transactions.read(() => backend.reader.select(sql, parameters)),
        hash: (subject) => hasher.hash(subject),
        clock,
        logger,
      })
    : createLocalRateLimiter(clock);
  const transact = <T>(work: (tx: Transaction) => Promise<T>) =>
    transactions.run((session) => work(openStores(session, { sealer, hasher })));
  const transactAudited = async <T>(work: (tx: Transaction) => Promise<T>, log: Audit) => {
    const entries: AuditEntry[] = [];
    const result = await transact((tx) => work(auditedTransaction(tx, (entry) => entries.push(entry))));
    for (const entry of entries) log.record(entry);
    return result;
  };
  const readers = openReaders(backend.reader, { sealer, hasher });
  return {
    read: (work) => transactions.read(() => work(readers)),
    transaction: (work) => (audit ? transactAudited(work, audit) : transact(work)),
    probe: () => transactions.probe(),
    waiting: () => transactions.waiting(),
    locks: backend.locks,
    leases: backend.leases,
    limiter,
    now: async () => (backend.isShared ? transactions.read(() => readClock(backend.reader)) : clock.now()),
    leads: () => backend.leads(),
    close: () => (closing ??= close()),
  };
}

async function readClock(reader: Reader): Promise<number> {
  const [row] = await reader.select<{ now: string }>(`SELECT ${databaseNowMs} AS now`, []);
  return Number(row?.now);
}

/** Opens a database without reading it. Loads only its driver. Throws DatabaseFailure. */
export async function openBackend(options: Omit<DatabaseOptions, 'encryption'>): Promise<Backend> {
  const target = parseDatabaseUri(options.uri);
  switch (target.kind) {
    case 'sqlite': {
      const { openSqlite } = await import('./sqlite.js');
      const exclusive = options.exclusive === true || options.offline === true;
      return openSqlite(target, { busyTimeoutMs, exclusive, logger: options.logger });
    }
    case 'postgres': {
      const { openPostgres } = await import('./postgres.js');
      return openPostgres(target, {
        maxConnections: options.maxConnections,
        isDaemon: options.exclusive ?? false,
        offline: options.offline ?? false,
        clock: options.clock,
        random: options.random,
        logger: options.logger,
      });
    }
  }
}
