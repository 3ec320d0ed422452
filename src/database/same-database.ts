import { stat } from 'node:fs/promises';
import type { QueryRunner } from 'typeorm';
import { type Random, randomId } from '../base/random.js';
import type { Secret } from '../base/secret.js';
import { advisoryKey } from './advisory-locks.js';
import type { Backend } from './backend.js';
import { DatabaseFailure } from './failure.js';
import { parseDatabaseUri } from './uri.js';

/**
 * Throws DatabaseFailure `same_database` if both URIs name the same SQLite file, also through a
 * link.
 */
export async function refuseSameFile(from: Secret, to: Secret): Promise<void> {
  const [one, other] = [parseDatabaseUri(from), parseDatabaseUri(to)];
  if (one.kind !== 'sqlite' || other.kind !== 'sqlite') return;
  const [first, second] = await Promise.all([identify(one.path), identify(other.path)]);
  if (first !== undefined && first === second) throw sameDatabase(to);
}

/**
 * Throws DatabaseFailure `same_database` if the target is the PostgreSQL database of the
 * transaction. A server can have several names, so URIs are not compared: a lock that the source
 * holds is tried at the target, because each database has its own locks.
 */
export async function refuseSameServer(
  reading: QueryRunner,
  target: Backend,
  { from, to, random }: { readonly from: Secret; readonly to: Secret; readonly random: Random },
): Promise<void> {
  if (parseDatabaseUri(from).kind === 'sqlite' || parseDatabaseUri(to).kind === 'sqlite') return;
  const key = advisoryKey(randomId(random));
  await reading.query('SELECT pg_advisory_xact_lock($1::bigint)', [key]);
  const sql = 'SELECT pg_try_advisory_xact_lock($1::bigint) AS free';
  const [row] = await target.reader.select<{ readonly free: boolean }>(sql, [key]);
  if (row?.free !== true) throw sameDatabase(to);
}

/** Returns the device and inode of a file, or undefined if there is no file. */
async function identify(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.dev} ${found.ino}`;
}

function sameDatabase(uri: Secret): DatabaseFailure {
  const target = parseDatabaseUri(uri);
  const database = target.kind === 'sqlite' ? target.path : `${target.database} on ${target.server}`;
  return new DatabaseFailure({ kind: 'same_database', database });
}
