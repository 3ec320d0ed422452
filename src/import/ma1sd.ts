import type { ForeignDatabase, ForeignRow } from '../database/foreign/foreign-database.js';
import { keepInvitesMs } from '../identity/invite-rules.js';
import { createBindingWriter, readBinding, type ImportedBinding } from './binding-writer.js';
import type { IdentityImportOptions } from './identity-options.js';
import { createInviteWriter, readInvite, type ImportedInvite } from './invite-writer.js';
import { leftOut } from './outcome.js';
import { createPart, type ImportPart, type SourceRow } from './part.js';
import { readPast, readText } from './read-value.js';
import { requireColumns } from './source-failure.js';

const program = 'ma1sd or mxisd';
const invites = {
  table: 'invite_3pid',
  columns: ['id', 'token', 'sender', 'medium', 'address', 'roomId', 'properties'],
} as const;
/** Only ma1sd has it. */
const hashes = { table: 'hashes', columns: ['mxid', 'medium', 'address'] } as const;

/**
 * Returns the bindings and invites of a ma1sd or mxisd. Throws SourceFailure if it is not its
 * database. Its bindings come from its own sources, such as the database of a homeserver; it stores
 * the ones that it has hashed for lookups.
 */
export async function openMa1sd(
  source: ForeignDatabase,
  options: IdentityImportOptions,
): Promise<readonly ImportPart[]> {
  await requireColumns(source, program, invites);
  const hasHashes = (await source.columns(hashes.table)).length > 0;
  if (hasHashes) await requireColumns(source, program, hashes);
  const now = () => options.clock.now();

  async function* bindingRows(): AsyncGenerator<SourceRow<ImportedBinding>> {
    if (!hasHashes) return;
    let number = 0;
    const sql = `SELECT ${hashes.columns.join(', ')} FROM ${hashes.table} ORDER BY mxid, medium, address`;
    for await (const row of source.rows(sql)) yield readBinding(row, `row ${(number += 1)}`, now());
  }

  async function* inviteRows(): AsyncGenerator<SourceRow<ImportedInvite>> {
    let number = 0;
    const columns = invites.columns.map((column) => `"${column}"`).join(', ');
    const sql = `SELECT ${columns} FROM ${invites.table} ORDER BY id`;
    for await (const row of source.rows(sql)) yield toInvite(row, `row ${(number += 1)}`, now());
  }

  return [
    createPart('bindings', bindingRows, createBindingWriter(options)),
    createPart('invites', inviteRows, createInviteWriter(options)),
  ];
}

function toInvite(row: ForeignRow, name: string, now: number): SourceRow<ImportedInvite> {
  const properties = readProperties(row['properties']);
  const createdAt = readPast(properties['created_at'], now);
  if (createdAt <= now - keepInvitesMs) return { row: name, content: leftOut('expired') };
  return readInvite(row, name, { roomId: row['roomId'], publicKey: properties['e_key_public'], createdAt });
}

function readProperties(value: unknown): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(readText(value) ?? '{}');
    return parsed instanceof Object ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
