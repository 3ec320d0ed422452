import { EntitySchema, In, LessThanOrEqual, MoreThan } from 'typeorm';
import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { epochMs, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of homeserver_sessions. `id` is the keyed hash of the session's key. `address` is sealed.
 */
interface HomeserverSessionRow {
  id: string;
  address: string;
  expiresAt: number;
}

const schema = new EntitySchema<HomeserverSessionRow>({
  name: 'homeserver_sessions',
  tableName: 'homeserver_sessions',
  columns: {
    id: primaryText('id', 'homeserver_sessions_pkey'),
    address: text('address'),
    expiresAt: epochMs('expires_at'),
  },
  indices: [{ name: 'homeserver_sessions_expires_at', columns: ['expiresAt'] }],
});

/** Identifies a validation session of the homeserver. */
export interface HomeserverSessionKey {
  readonly sid: string;
  readonly clientSecret: Secret;
}

/**
 * Stores which address is validated in which session of the homeserver. Sessions are stored as
 * keyed hashes only, and addresses are sealed.
 */
export interface HomeserverSessionStore {
  /** Returns undefined if the session is unknown or has expired at `now` (epoch ms). */
  findAddress(key: HomeserverSessionKey, now: number): Promise<ThirdPartyAddress | undefined>;
  /**
   * Stores the address until `expiresAt` (epoch ms), and replaces an earlier one of the session.
   */
  save(key: HomeserverSessionKey, address: ThirdPartyAddress, expiresAt: number): Promise<void>;
  /** Deletes all that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}

const sealedColumns = {
  homeserverSessionAddress: { table: 'homeserver_sessions', column: 'address' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer, hasher }: Sealing): HomeserverSessionStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const column = sealedColumns.homeserverSessionAddress;

  return {
    async findAddress(key, now) {
      const row = await repository().findOne({
        where: { id: In(hasher.allHashes(subjectOf(key))), expiresAt: MoreThan(now) },
        order: { expiresAt: 'DESC' },
      });
      return row ? readAddress(sealer.open(column, row.id, row.address)) : undefined;
    },

    async save(key, address, expiresAt) {
      const subject = subjectOf(key);
      const oldIds = hasher.oldHashes(subject);
      if (oldIds.length > 0) await repository().delete({ id: In(oldIds) });
      const id = hasher.hash(subject);
      const sealed = sealer.seal(column, id, new Secret(writeAddress(address)));
      await repository().upsert({ id, address: sealed, expiresAt }, ['id']);
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of validation sessions of the homeserver. */
export const homeserverSessions: Table<HomeserverSessionStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};

function subjectOf({ sid, clientSecret }: HomeserverSessionKey): string {
  return `homeserver session ${JSON.stringify([sid, clientSecret.reveal()])}`;
}
