import pg from 'pg';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import type { Clock } from '../base/clock.js';
import { exclusiveLeases } from '../base/leases.js';
import type { Logger } from '../base/logger.js';
import { randomId, type Random } from '../base/random.js';
import { advisoryKey, openAdvisoryLocks } from './advisory-locks.js';
import type { Backend } from './backend.js';
import { createSharedLeases, leaseChannel } from './daemons/connection-leases.js';
import { evictDaemon, fencedBegin } from './daemons/evict.js';
import { createRegistration, leaseLost, runningDaemons } from './daemons/registration.js';
import { DatabaseFailure } from './failure.js';
import { postgresJson } from './reader.js';
import { selectRows } from './rows.js';
import { dataSourceOptions } from './data-source.js';
import { explainConnecting, explainQuery } from './postgres-errors.js';
import type { PostgresTarget } from './uri.js';

const connectTimeoutMs = 10_000;
const statementTimeoutMs = 30_000;
/** Longer than the server's own limit, in case the network loses its answer. */
const queryTimeoutMs = 40_000;
/**
 * A renewal that was sent a second after the last one fails early enough for another one on a new
 * connection, before the daemon may no longer use its lease.
 */
const lockQueryTimeoutMs = 2_000;
const idleInTransactionMs = 60_000;
/** One more connection holds the locks. */
const defaultConnections = 10;

/**
 * Opens a PostgreSQL database with a pool of connections. Throws DatabaseFailure. All daemons that
 * use the database share its locks.
 */
export async function openPostgres(
  target: PostgresTarget,
  deps: {
    readonly maxConnections: number | undefined;
    /** Whether the caller is a daemon, which has a lease and shares its duties with the others. */
    readonly isDaemon: boolean;
    /** Whether to reject a database that a daemon uses. */
    readonly offline: boolean;
    readonly clock: Clock;
    readonly random: Random;
    readonly logger: Logger;
  },
): Promise<Backend> {
  const { isDaemon, offline, clock, random, logger } = deps;
  const connectionName = isDaemon ? `gangway ${randomId(random)}` : 'gangway';
  const connection = {
    connectionString: target.uri.reveal(),
    application_name: connectionName,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
  };
  const dataSource = new DataSource({
    ...dataSourceOptions(logger),
    type: 'postgres',
    driver: pg,
    installExtensions: false,
    poolSize: deps.maxConnections ?? defaultConnections,
    connectTimeoutMS: connectTimeoutMs,
    poolErrorHandler: (error: unknown) => logger.warn('database connection lost', { error }),
    extra: { ...connection, idle_in_transaction_session_timeout: idleInTransactionMs },
  });

  const connectForLocks = async () => {
    const client = new pg.Client({ ...connection, query_timeout: lockQueryTimeoutMs });
    // Without a listener, a connection that breaks before the locks use it would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      // The locks of a host that vanished must not last for the two hours of the default TCP
      // settings.
      await client.query(
        'SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3',
      );
      return client;
    } catch (error) {
      client.end().catch(() => undefined);
      throw explainConnecting(error, target);
    }
  };

  let onNotice: (text: string) => void = () => undefined;
  let mayRetake = () => Promise.resolve(true);
  const openLocks = async () => {
    try {
      const explain = (error: unknown) => explainConnecting(error, target);
      const notices = isDaemon ? { channel: leaseChannel, onNotice: (text: string) => onNotice(text) } : undefined;
      return await openAdvisoryLocks({
        connect: connectForLocks,
        explain,
        notices,
        mayRetake: () => mayRetake(),
        clock,
        logger,
      });
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
  };

  try {
    await dataSource.initialize();
  } catch (error) {
    throw explainConnecting(error, target);
  }
  const locks = await openLocks();
  const connectForTransaction = async () => {
    const queryRunner = dataSource.createQueryRunner();
    try {
      await queryRunner.connect();
      return queryRunner;
    } catch (error) {
      throw explainConnecting(error, target);
    }
  };
  const abandon = async (queryRunner: QueryRunner) => {
    const client: unknown = await queryRunner.connect();
    // Not awaited, because the server may never answer. The pool drops a client that is ending.
    if (client instanceof pg.Client) client.end().catch(() => undefined);
  };
  const explain = (error: unknown) => explainQuery(error, target);
  const select = async <Row>(sql: string, parameters: readonly (string | number | null)[]) => {
    const queryRunner = await connectForTransaction();
    try {
      return await selectRows<Row>(queryRunner, sql, [...parameters]);
    } catch (error) {
      const explained = explain(error);
      if (explained instanceof DatabaseFailure && explained.details.kind === 'unreachable') await abandon(queryRunner);
      throw explained;
    } finally {
      await queryRunner.release();
    }
  };
  const registration = isDaemon
    ? createRegistration({
        locks,
        connectionName,
        async evict(id, name) {
          const queryRunner = await connectForTransaction();
          try {
            await evictDaemon(queryRunner, { id, connectionName: name, logger });
          } catch (error) {
            throw explain(error);
          } finally {
            await queryRunner.release();
          }
        },
        clock,
        random,
        logger,
      })
    : undefined;
  const leases = registration && createSharedLeases({ registration, query: select, clock, random, logger });
  if (leases) onNotice = (text) => leases.onNotice(text);
  if (registration) mayRetake = () => registration.exists();
  let isRegistered = false;
  return {
    dataSource,
    locks,
    leases: leases ?? exclusiveLeases,
    leads: () => registration?.leads() ?? true,
    isShared: true,
    serial: false,
    readsInTurn: false,
    explain,
    reader: {
      json: postgresJson,
      select,
    },
    connect: connectForTransaction,
    statementsOf: (queryRunner) => ({
      select: (sql, parameters) => selectRows(queryRunner, sql, [...parameters]),
      async write(sql, parameters) {
        return (await queryRunner.query(sql, [...parameters], true)).affected ?? 0;
      },
    }),
    async begin(queryRunner) {
      if (!registration || !isRegistered) return void (await queryRunner.query('BEGIN'));
      const rows = await lastRows(queryRunner, fencedBegin(registration.id()));
      if (rows.length > 0) return;
      registration.check();
      throw leaseLost();
    },
    async beginOpening(queryRunner) {
      await queryRunner.query('BEGIN');
      await queryRunner.query('SELECT pg_advisory_xact_lock($1::bigint)', [advisoryKey('opening')]);
    },
    async commit(queryRunner) {
      const client = await clientOf(queryRunner);
      const result = await client.query('COMMIT').catch((error: unknown) => {
        throw explainConnecting(error, target);
      });
      // PostgreSQL returns this, without an error, if a query of the transaction failed and the
      // failure was ignored.
      if (result.command !== 'COMMIT') throw new Error('a transaction went on after one of its queries had failed');
    },
    async settle() {
      if (offline) {
        const running = await select(runningDaemons, []);
        const { server, database } = target;
        if (running.length > 0) throw new DatabaseFailure({ kind: 'daemon_running', server, database });
      }
      if (!registration || isRegistered) return;
      await registration.start();
      isRegistered = true;
    },
    async probe() {
      const queryRunner = await connectForTransaction();
      try {
        await queryRunner.query('BEGIN');
        await queryRunner.query(`INSERT INTO flood_waits (subject_hash, until) VALUES ('probe', 0)`);
      } finally {
        await queryRunner.query('ROLLBACK').catch(() => abandon(queryRunner));
        await queryRunner.release();
      }
    },
    abandon,
    async close() {
      await registration?.stop();
      await locks.close();
      await dataSource.destroy();
    },
  };
}

async function clientOf(queryRunner: QueryRunner): Promise<pg.Client> {
  const client: unknown = await queryRunner.connect();
  if (!(client instanceof pg.Client)) throw new Error('a transaction without a connection of the driver');
  return client;
}

/**
 * Runs several statements in one round trip. Returns the rows of the last one. Throws
 * QueryFailedError, as the queries of TypeORM do.
 */
async function lastRows(queryRunner: QueryRunner, statements: string): Promise<readonly unknown[]> {
  const client = await clientOf(queryRunner);
  // The types of the driver know one result only.
  const results: unknown = await client.query(statements).catch((error: unknown) => {
    throw new QueryFailedError(statements, [], error instanceof Error ? error : new Error(String(error)));
  });
  const last: unknown = Array.isArray(results) ? results.at(-1) : results;
  const rows: unknown = last instanceof Object && 'rows' in last ? last.rows : undefined;
  return Array.isArray(rows) ? (rows as unknown[]) : [];
}
