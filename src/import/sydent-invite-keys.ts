import type { ForeignRow } from '../database/foreign/foreign-database.js';
import { readWhole } from './read-value.js';

/** An invite with the public key that was stored with it, as far as the times show it. */
export interface PairedInvite {
  readonly invite: ForeignRow;
  readonly publicKey: unknown;
}

/** Rows with the same time. */
interface Group {
  readonly time: number | undefined;
  readonly rows: readonly ForeignRow[];
}

/** More rows of one second are not kept in memory. */
const maxGroup = 1_000;

/**
 * Pairs invites with their keys. Sydent stores the key and then the invite, and records no
 * relation. Both are sorted by time, in seconds, and by ID. They belong together if as many keys as
 * invites have been stored in that second, or one key in the second before and none in that.
 */
export async function* pairKeys(
  invites: AsyncIterable<ForeignRow>,
  keys: AsyncIterable<ForeignRow>,
): AsyncGenerator<PairedInvite> {
  const keyGroups = groups(keys, 'persistence_ts')[Symbol.asyncIterator]();
  let before: Group | undefined;
  let next = await take(keyGroups);
  for await (const { time, rows } of groups(invites, 'received_ts')) {
    while (next && isBefore(next, time)) {
      before = next;
      next = await take(keyGroups);
    }
    const same = time !== undefined && next?.time === time ? next.rows : [];
    const earlier = time !== undefined && before?.time === time - 1 ? before.rows : [];
    const isDelayed = same.length === 0 && earlier.length === 1 && rows.length === 1;
    const found = same.length === rows.length ? same : isDelayed ? earlier : [];
    for (const [index, invite] of rows.entries()) yield { invite, publicKey: found[index]?.['public_key'] };
  }
}

/** Keys without a time belong to no invite. */
function isBefore({ time }: Group, other: number | undefined): boolean {
  return other !== undefined && (time === undefined || time < other);
}

async function* groups(rows: AsyncIterable<ForeignRow>, column: string): AsyncGenerator<Group> {
  let group: { time: number | undefined; rows: ForeignRow[] } | undefined;
  for await (const row of rows) {
    const time = readWhole(row[column]);
    const isNext = group === undefined || group.time !== time || group.rows.length >= maxGroup;
    if (isNext && group) yield group;
    if (isNext) group = { time, rows: [] };
    group?.rows.push(row);
  }
  if (group) yield group;
}

async function take(iterator: AsyncIterator<Group, unknown>): Promise<Group | undefined> {
  const result: IteratorResult<Group, unknown> = await iterator.next();
  return result.done === true ? undefined : result.value;
}
