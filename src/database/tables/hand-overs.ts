import { EntitySchema, type FindOptionsWhere, In, LessThan, MoreThan } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { epochMs, optionalText, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { Page } from './known-users.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of hand_overs; `session` is sealed. */
interface HandOverRow {
  id: string;
  owner: string;
  telegramUserId: string;
  state: string;
  session: string | null;
  process: string | null;
  reason: string | null;
  attempts: number;
  refusals: number;
  dueAt: number;
  createdAt: number;
}

const schema = new EntitySchema<HandOverRow>({
  name: 'hand_overs',
  tableName: 'hand_overs',
  columns: {
    id: primaryText('id', 'hand_overs_pkey'),
    owner: text('owner'),
    telegramUserId: text('telegram_user_id'),
    state: text('state'),
    session: optionalText('session'),
    process: optionalText('process'),
    reason: optionalText('reason'),
    attempts: { name: 'attempts', type: 'integer' },
    refusals: { name: 'refusals', type: 'integer' },
    dueAt: epochMs('due_at'),
    createdAt: epochMs('created_at'),
  },
  indices: [
    { name: 'hand_overs_owner', columns: ['owner'] },
    { name: 'hand_overs_telegram_user_id', columns: ['telegramUserId'] },
    { name: 'hand_overs_due', columns: ['state', 'dueAt'] },
  ],
});

/** The state of a hand-over. */
export type HandOverState =
  /** The bridge is to receive the session. Nothing else may open it. */
  | 'pending'
  /**
   * The bridge refused the session. The linked account has it again, and the row holds the reason.
   */
  | 'refused'
  /**
   * The linked account is gone. Its login at the bridge is to be logged out. If the bridge has not
   * received the session, it is ended here.
   */
  | 'ending';

/** A hand-over of a session to the bridge. `session` is sealed at rest. */
export interface HandOverRecord {
  /** The ID of the linked account. */
  readonly id: string;
  readonly owner: Mxid;
  readonly telegramUserId: string;
  readonly state: HandOverState;
  /** Null if `refused`, or if `ending` and the bridge has received it. */
  readonly session: Secret | null;
  /**
   * The login process at the bridge that may have received the session, as JSON. Null if there is
   * none.
   */
  readonly process: string | null;
  /** The last answer of the bridge, or null before that. */
  readonly reason: string | null;
  readonly attempts: number;
  /** How many attempts the bridge itself refused. */
  readonly refusals: number;
  /** When the bridge is asked next, epoch ms. */
  readonly dueAt: number;
  readonly createdAt: number;
}

/** The fields of a hand-over that may change. */
export type HandOverChanges = Partial<Omit<HandOverRecord, 'id' | 'owner' | 'telegramUserId' | 'createdAt'>>;

/** Stores sessions that are to be handed over to the bridge: an outbox. */
export interface HandOverStore {
  find(id: string): Promise<HandOverRecord | undefined>;
  listByTelegramUserId(telegramUserId: string): Promise<HandOverRecord[]>;
  listByOwner(owner: Mxid): Promise<HandOverRecord[]>;
  /** Returns hand-overs in the order of their IDs, which are the keys of pages. */
  page(page: Page): Promise<HandOverRecord[]>;
  /** Returns hand-overs that are `pending` or `ending`, earliest due first. Opens no session. */
  listOpen(limit: number): Promise<Pick<HandOverRecord, 'id' | 'dueAt'>[]>;
  /** Returns hand-overs that are `ending`, of all Telegram accounts or of one, oldest first. */
  listEnding(telegramUserId?: string): Promise<HandOverRecord[]>;
  /** Changes the hand-over if it is in that state. Returns false if it is not. */
  update(id: string, state: HandOverState, changes: HandOverChanges): Promise<boolean>;
  /** Inserts or replaces the row. */
  save(record: HandOverRecord): Promise<void>;
  /** Returns false if there is none. */
  delete(id: string): Promise<boolean>;
  /** Deletes hand-overs that were refused before that time. */
  deleteRefused(before: number): Promise<void>;
}

const open = In(['pending', 'ending'] satisfies HandOverState[]);
const refused: HandOverState = 'refused';
const ending: HandOverState = 'ending';

const sealedColumns = {
  handOverSession: { table: 'hand_overs', column: 'session' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer }: Sealing): HandOverStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const { handOverSession } = sealedColumns;
  const record = (row: HandOverRow): HandOverRecord => ({
    ...row,
    owner: row.owner as Mxid,
    state: row.state as HandOverState,
    session: row.session === null ? null : sealer.open(handOverSession, row.id, row.session),
  });

  const seal = (id: string, clear: Secret | null) => clear && sealer.seal(handOverSession, id, clear);

  const list = async (where: FindOptionsWhere<HandOverRow>) => {
    const rows = await repository().find({ where, order: { createdAt: 'ASC', id: 'ASC' } });
    return rows.map(record);
  };

  return {
    async find(id) {
      const row = await repository().findOneBy({ id });
      return row ? record(row) : undefined;
    },

    listByOwner: (owner) => list({ owner }),

    async page({ after, limit }) {
      const rows = await repository().find({ where: { id: MoreThan(after ?? '') }, order: { id: 'ASC' }, take: limit });
      return rows.map(record);
    },

    listEnding: (telegramUserId) =>
      list({ state: ending, ...(telegramUserId === undefined ? {} : { telegramUserId }) }),
    listByTelegramUserId: (telegramUserId) => list({ telegramUserId }),

    async listOpen(limit) {
      const order = { dueAt: 'ASC', id: 'ASC' } as const;
      return repository().find({ select: { id: true, dueAt: true }, where: { state: open }, order, take: limit });
    },

    async update(id, state, { session: clear, ...rest }) {
      const sealed = clear === undefined ? {} : { session: seal(id, clear) };
      return (await repository().update({ id, state }, { ...rest, ...sealed })).affected === 1;
    },

    async save({ session: clear, ...rest }) {
      await repository().upsert({ ...rest, session: seal(rest.id, clear) }, ['id']);
    },

    async delete(id) {
      return (await repository().delete({ id })).affected === 1;
    },

    async deleteRefused(before) {
      await repository().delete({ state: refused, dueAt: LessThan(before) });
    },
  };
}

/** The table of hand-overs to the bridge, and of logouts that the bridge has yet to confirm. */
export const handOvers: Table<HandOverStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
