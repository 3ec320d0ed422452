import { keepInvitesMs } from '../identity/invite-rules.js';
import type { Peppers } from '../identity/peppers.js';
import type { ForeignDatabase, ForeignRow } from '../database/foreign/foreign-database.js';
import { createBindingWriter, readBinding, type ImportedBinding } from './binding-writer.js';
import type { IdentityImportOptions } from './identity-options.js';
import { createInviteWriter, readInvite, type ImportedInvite } from './invite-writer.js';
import { imported, leftOut, refused, unchanged, type ImportOutcome } from './outcome.js';
import { createPart, type ImportPart, type SourceRow } from './part.js';
import { readPast, readText, readWhole } from './read-value.js';
import { pairKeys } from './sydent-invite-keys.js';
import { requireColumns } from './source-failure.js';

const program = 'Sydent';
const bindings = {
  table: 'local_threepid_associations',
  columns: ['id', 'medium', 'address', 'mxid', 'ts', 'notAfter'],
} as const;
const invites = {
  table: 'invite_tokens',
  columns: ['id', 'medium', 'address', 'room_id', 'sender', 'token', 'received_ts', 'sent_ts'],
} as const;
const keys = { table: 'ephemeral_public_keys', columns: ['id', 'public_key', 'persistence_ts'] } as const;
const replicated = { table: 'global_threepid_associations', columns: ['id', 'medium', 'address'] } as const;
const peppers = { table: 'hashing_metadata', columns: ['lookup_pepper'] } as const;

/** The times of invites are in seconds. */
const secondMs = 1_000;

/** Returns the bindings and invites of a Sydent. Throws SourceFailure if it is not its database. */
export async function openSydent(
  source: ForeignDatabase,
  options: IdentityImportOptions,
): Promise<readonly ImportPart[]> {
  for (const each of [bindings, invites, keys, replicated]) await requireColumns(source, program, each);
  const now = () => options.clock.now();

  async function* bindingRows(): AsyncGenerator<SourceRow<ImportedBinding>> {
    // The newest one counts if two spellings of an address are bound.
    const own = `SELECT ${quoted(bindings.columns)} FROM ${bindings.table} ORDER BY ts DESC, id DESC`;
    for await (const row of source.rows(own)) yield toBinding(row, now());
    const others = `SELECT id FROM ${replicated.table} AS other WHERE NOT EXISTS (SELECT 1 FROM ${bindings.table} AS own
      WHERE own.medium = other.medium AND own.address = other.address)`;
    for await (const row of source.rows(others)) yield { row: nameOf(row), content: leftOut('replicated') };
  }

  async function* inviteRows(): AsyncGenerator<SourceRow<ImportedInvite>> {
    const invited = `SELECT ${quoted(invites.columns)} FROM ${invites.table} ORDER BY received_ts, id`;
    const kept = `SELECT ${quoted(keys.columns)} FROM ${keys.table} ORDER BY persistence_ts, id`;
    for await (const { invite, publicKey } of pairKeys(source.rows(invited), source.rows(kept))) {
      yield toInvite(invite, publicKey, now());
    }
  }

  return [
    createPart('bindings', bindingRows, createBindingWriter(options)),
    createPart('invites', inviteRows, createInviteWriter(options)),
  ];
}

/**
 * Makes the pepper of a Sydent the current one here. Returns a part that only reports what has
 * become of it.
 */
export async function keepPepper(
  source: ForeignDatabase,
  here: Pick<Peppers, 'adopt'>,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<ImportPart> {
  await requireColumns(source, program, peppers);
  const outcomes: SourceRow<never>[] = [];
  for await (const row of source.rows(`SELECT lookup_pepper FROM ${peppers.table}`)) {
    const pepper = readText(row['lookup_pepper']) ?? '';
    outcomes.push({ row: 'row 1', content: outcomeOf(await here.adopt(pepper, { isDryRun })) });
    // There is one row only.
    break;
  }
  async function* rows() {
    yield* await Promise.resolve(outcomes);
  }
  return createPart<never>('peppers', rows, () => Promise.resolve(unchanged));
}

function outcomeOf(adoption: Awaited<ReturnType<Peppers['adopt']>>): ImportOutcome {
  switch (adoption) {
    case 'adopted':
      return imported;
    case 'unchanged':
      return unchanged;
    case 'malformed':
      return refused({ kind: 'pepper_invalid' });
    case 'replaced_before':
      return refused({ kind: 'pepper_replaced' });
  }
}

function toBinding(row: ForeignRow, now: number): SourceRow<ImportedBinding> {
  const name = nameOf(row);
  // A deleted binding stays as a row, so that its deletion is replicated.
  if (row['mxid'] === null) return { row: name, content: leftOut('deleted') };
  const notAfter = readWhole(row['notAfter']);
  if (notAfter !== undefined && notAfter <= now) return { row: name, content: leftOut('expired') };
  return readBinding(row, name, readPast(row['ts'], now));
}

function toInvite(row: ForeignRow, publicKey: unknown, now: number): SourceRow<ImportedInvite> {
  const name = nameOf(row);
  if (row['sent_ts'] !== null) return { row: name, content: leftOut('delivered') };
  const createdAt = readPast(row['received_ts'], now, secondMs);
  if (createdAt <= now - keepInvitesMs) return { row: name, content: leftOut('expired') };
  return readInvite(row, name, { roomId: row['room_id'], publicKey, createdAt });
}

function nameOf({ id }: ForeignRow): string {
  return `row ${readWhole(id) ?? 'without an ID'}`;
}

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}
