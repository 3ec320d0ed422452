import type { Reader } from '../reader.js';
import type { ReadableTable } from '../table.js';
import type { HandOverState } from './hand-overs.js';
import type { SessionHolder } from './telegram-accounts.js';

/** The entries of an outbox. */
export interface OutboxStatistics {
  readonly depth: number;
  /** When the oldest was stored or fell due (epoch ms); undefined if there is none. */
  readonly oldestAt: number | undefined;
}

/** Counts of rows, for metrics. Each reads an index or a small table. */
export interface Statistics {
  /** `now` is epoch ms. */
  outboxes(
    now: number,
  ): Promise<Readonly<Record<'hand_overs' | 'webhooks' | 'invites' | 'login_cleanups', OutboxStatistics>>>;
  handOvers(): Promise<Readonly<Partial<Record<HandOverState, number>>>>;
  linkedAccounts(): Promise<Readonly<Partial<Record<SessionHolder, number>>>>;
}

interface OutboxRow {
  readonly depth: number | string;
  readonly oldest: number | string | null;
}

function openReader(reader: Reader): Statistics {
  const countBy = async (column: string, table: string) => {
    const sql = `SELECT ${column} AS name, count(*) AS number FROM ${table} GROUP BY ${column}`;
    const rows = await reader.select<{ name: string; number: number | string }>(sql, []);
    return Object.fromEntries(rows.map(({ name, number }) => [name, Number(number)]));
  };
  const outbox = async (
    rest: string,
    since = 'created_at',
    parameters: readonly number[] = [],
  ): Promise<OutboxStatistics> => {
    const sql = `SELECT count(*) AS depth, min(${since}) AS oldest FROM ${rest}`;
    const [row] = await reader.select<OutboxRow>(sql, parameters);
    const oldestAt = row?.oldest === null || row === undefined ? undefined : Number(row.oldest);
    return { depth: Number(row?.depth ?? 0), oldestAt };
  };

  return {
    outboxes: async (now) => ({
      hand_overs: await outbox(`hand_overs WHERE state IN ('pending', 'ending')`),
      webhooks: await outbox('events WHERE failed_at IS NULL'),
      invites: await outbox('invite_deliveries WHERE failed_at IS NULL'),
      login_cleanups: await outbox('login_processes WHERE expires_at <= $1', 'expires_at', [now]),
    }),
    handOvers: () => countBy('state', 'hand_overs'),
    linkedAccounts: () => countBy('held_by', 'telegram_accounts'),
  };
}

/** Counts of rows. It has no table of its own. */
export const statistics: ReadableTable<Statistics, Statistics> = {
  schemas: [],
  sealedColumns: [],
  openReader,
  openStore: (session) => openReader(session),
};
