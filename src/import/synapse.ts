import { maskAddress } from '../base/mask-address.js';
import type { Runtime } from '../base/runtime.js';
import type { ForeignDatabase, ForeignRow } from '../database/foreign/foreign-database.js';
import { createAddressWriter, type AddressWriterOptions, type ImportedAddress } from './address-writer.js';
import { refused } from './outcome.js';
import { createPart, type ImportPart, type SourceRow } from './part.js';
import { readPast, readThreepid, readUser } from './read-value.js';
import { requireColumns } from './source-failure.js';

const table = 'user_threepids';
const columns = ['user_id', 'medium', 'address', 'validated_at', 'added_at'] as const;

/**
 * Returns the 3PIDs of the accounts of a Synapse. Throws SourceFailure if it is not its database.
 */
export async function openSynapse(
  source: ForeignDatabase,
  options: AddressWriterOptions & Pick<Runtime, 'clock'>,
): Promise<readonly ImportPart[]> {
  await requireColumns(source, 'Synapse', { table, columns });

  async function* rows(): AsyncGenerator<SourceRow<ImportedAddress>> {
    let number = 0;
    // If two spellings of an address belong to two users, that of the first one counts.
    const sql = `SELECT ${columns.join(', ')} FROM ${table} ORDER BY added_at, user_id, medium, address`;
    for await (const row of source.rows(sql)) yield read(row, (number += 1), options.clock.now());
  }

  return [createPart('addresses', rows, createAddressWriter(options))];
}

function read(row: ForeignRow, number: number, now: number): SourceRow<ImportedAddress> {
  const mxid = readUser(row['user_id']);
  if (mxid === undefined) return { row: `row ${number}`, content: refused({ kind: 'mxid_invalid' }) };
  const threepid = readThreepid(row['medium'], row['address']);
  if (threepid.kind !== 'read') return { row: `row ${number} of ${mxid}`, content: threepid };
  const times = { validatedAt: readPast(row['validated_at'], now), addedAt: readPast(row['added_at'], now) };
  const value = { mxid, ...threepid.value, ...times };
  return { row: `row ${number} of ${mxid}, ${maskAddress(value)}`, content: { kind: 'read', value } };
}
