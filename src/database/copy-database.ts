import { createHash } from 'node:crypto';
import { type EntitySchema, MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import type { Backend } from './backend.js';
import { migrationsTableName } from './data-source.js';
import { DatabaseFailure } from './failure.js';
import { openBackend } from './open-database.js';
import { prepareDatabase } from './prepare.js';
import { inOpening } from './opening.js';
import { selectRows } from './rows.js';
import { refuseRunningDaemons } from './running-daemons.js';
import { refuseSameFile, refuseSameServer } from './same-database.js';
import type { EncryptionKeys } from './sealing/keyring.js';
import { createSealer } from './sealing/sealer.js';
import { createSubjectHasher } from './sealing/subject-hasher.js';
import { schemas } from './tables/index.js';
import { parseDatabaseUri } from './uri.js';

/** One table that was copied and compared. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
  /** The digest of all rows, in hexadecimal. It does not depend on their order. */
  readonly digest: string;
}

/** The two databases, and the keys of the first. */
export interface CopyOptions extends Runtime {
  readonly from: Secret;
  readonly to: Secret;
  readonly encryption: EncryptionKeys;
}

type Value = string | number | null;

interface Columns {
  readonly table: string;
  readonly names: readonly string[];
  readonly keys: readonly string[];
  readonly isNumber: ReadonlySet<string>;
}

const batchSize = 500;
const digestBytes = 32;

/** They belong to running daemons. */
const tablesOfDaemons = new Set(['daemons', 'connection_leases']);
/** Opening a database for the first time fills them. */
const filledByOpening = new Set(['sealing_check', migrationsTableName]);

/**
 * Copies all tables to an empty database in one transaction, and compares counts and digests before
 * the commit. If it fails or is killed, the target stays empty. No daemon can start on the source
 * meanwhile. Throws DatabaseFailure `in_use` or `daemon_running` if one runs, `same_database` if
 * source and target are the same, `not_empty` if the target has rows, and `copy_differs` if a
 * digest differs.
 */
export async function copyDatabase({ from, to, encryption, ...runtime }: CopyOptions): Promise<readonly CopiedTable[]> {
  const sealing = { sealer: createSealer({ ...encryption, ...runtime }), hasher: createSubjectHasher(encryption) };
  await refuseSameFile(from, to);
  const source = await openBackend({ uri: from, offline: true, ...runtime });
  try {
    await prepareDatabase({ backend: source, ...sealing, logger: runtime.logger });
    const target = await openBackend({ uri: to, offline: true, ...runtime });
    try {
      return await inOpening(source, async (reading) => {
        await refuseRunningDaemons(reading, from);
        await refuseSameServer(reading, target, { from, to, random: runtime.random });
        return inOpening(target, (writing) => copyTables(reading, writing, target, to));
      });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyTables(
  reading: QueryRunner,
  writing: QueryRunner,
  target: Backend,
  to: Secret,
): Promise<readonly CopiedTable[]> {
  await refuseRows(writing, target, to);
  const executor = new MigrationExecutor(target.dataSource, writing);
  executor.transaction = 'none';
  await executor.executePendingMigrations();
  await writing.query('DELETE FROM sealing_check');
  const copied: CopiedTable[] = [];
  for (const columns of inOrder(schemas).map(columnsOf)) {
    if (tablesOfDaemons.has(columns.table)) continue;
    const read = await digestOf(reading, columns, (rows) => insert(writing, columns, rows));
    const written = await digestOf(writing, columns, () => Promise.resolve());
    if (read.rows !== written.rows || read.digest !== written.digest) {
      throw new DatabaseFailure({ kind: 'copy_differs', table: columns.table });
    }
    copied.push(written);
  }
  return copied;
}

/** Throws DatabaseFailure `not_empty` if the database has a row, or a table of another program. */
async function refuseRows(queryRunner: QueryRunner, { dataSource }: Backend, uri: Secret): Promise<void> {
  const sql =
    dataSource.options.type === 'sqlite'
      ? `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()';
  const known = new Set([...schemas.map(tableOf), migrationsTableName]);
  for (const { name } of await selectRows<{ name: string }>(queryRunner, sql)) {
    if (filledByOpening.has(name)) continue;
    const isEmpty = known.has(name) && (await selectRows(queryRunner, `SELECT 1 FROM ${name} LIMIT 1`)).length === 0;
    if (isEmpty) continue;
    const target = parseDatabaseUri(uri);
    const database = target.kind === 'sqlite' ? target.path : `${target.database} on ${target.server}`;
    throw new DatabaseFailure({ kind: 'not_empty', database, table: name });
  }
}

/** Reads a table in batches by its primary key, and returns its digest. */
async function digestOf(
  queryRunner: QueryRunner,
  { table, names, keys, isNumber }: Columns,
  each: (rows: readonly (readonly Value[])[]) => Promise<void>,
): Promise<CopiedTable> {
  const digest = Buffer.alloc(digestBytes);
  let count = 0;
  for (let last: readonly Value[] | undefined; ;) {
    const after: string =
      last === undefined ? '' : `WHERE (${keys.join(', ')}) > (${keys.map((_, index) => `$${index + 1}`).join(', ')})`;
    const sql = `SELECT ${names.join(', ')} FROM ${table} ${after} ORDER BY ${keys.join(', ')} LIMIT ${batchSize}`;
    const found = await selectRows<Record<string, unknown>>(queryRunner, sql, [...(last ?? [])]);
    // PostgreSQL returns bigint as text.
    const rows = found.map((row) =>
      names.map((name): Value => {
        const value = row[name];
        if (value === null || value === undefined) return null;
        if (isNumber.has(name)) return toNumber(value);
        if (typeof value !== 'string') throw new Error('a text of the database is no text');
        return value;
      }),
    );
    for (const row of rows) {
      const hash = createHash('sha256').update(JSON.stringify(row)).digest();
      for (const [index, byte] of hash.entries()) digest[index] = (digest[index] ?? 0) ^ byte;
    }
    count += rows.length;
    if (rows.length > 0) await each(rows);
    if (rows.length < batchSize) return { table, rows: count, digest: digest.toString('hex') };
    const [end] = rows.slice(-1);
    last = keys.map((key) => end?.[names.indexOf(key)] ?? null);
  }
}

/** Throws if a number would lose digits. */
function toNumber(value: unknown): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error('a number of the database is out of range');
  return number;
}

async function insert(
  queryRunner: QueryRunner,
  { table, names }: Columns,
  rows: readonly (readonly Value[])[],
): Promise<void> {
  const values = rows.map((row, at) => `(${row.map((_, index) => `$${at * names.length + index + 1}`).join(', ')})`);
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES ${values.join(', ')}`;
  await queryRunner.query(sql, rows.flat());
}

/** Returns the tables in an order in which foreign keys refer to earlier ones. */
function inOrder(tables: readonly EntitySchema[]): readonly EntitySchema[] {
  const ordered = new Set<EntitySchema>();
  const add = (schema: EntitySchema) => {
    if (ordered.has(schema)) return;
    for (const { target } of schema.options.foreignKeys ?? []) {
      const referenced = tables.find((one) => one !== schema && tableOf(one) === target);
      if (referenced) add(referenced);
    }
    ordered.add(schema);
  };
  tables.forEach(add);
  return [...ordered];
}

function columnsOf(schema: EntitySchema): Columns {
  const columns = Object.entries(schema.options.columns).flatMap(([property, column]) =>
    column ? [{ name: column.name ?? property, isKey: column.primary === true, type: column.type }] : [],
  );
  return {
    table: tableOf(schema),
    names: columns.map(({ name }) => name),
    keys: columns.filter(({ isKey }) => isKey).map(({ name }) => name),
    isNumber: new Set(columns.filter(({ type }) => type !== 'text').map(({ name }) => name)),
  };
}

function tableOf({ options }: EntitySchema): string {
  return String(options.tableName);
}
