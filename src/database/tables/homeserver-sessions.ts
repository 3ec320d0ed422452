import { EntitySchema, In, LessThanOrEqual, MoreThan } from 'typeorm';
import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { epochMs, primaryText, text } from '../columns.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of homeserver_sessions; `id` is the keyed hash of what names the session, and `address` is
 * sealed.
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

/** What names a session of the homeserver. */
export interface HomeserverSessionKey {
  readonly sid: string;
  readonly clientSecret: Secret;
}

/**
 * If it is kept which address is proven in which session of the homeserver: sessions as keyed
 * hashes only, addresses sealed.
 */
export interface HomeserverSessionStore {
  /** Returns undefined if it is not known, or not at `now` (epoch ms) any more. */
  findAddress(key: HomeserverSessionKey, now: number): Promise<ThirdPartyAddress | undefined>;
  /** Remembers it until `expiresAt` (epoch ms), in place of what was known of the session. */
  save(key: HomeserverSessionKey, address: ThirdPartyAddress, expiresAt: number): Promise<void>;
  /** Forgets those that expired at or before `until` (epoch ms). */
  deleteExpired(until: number): Promise<void>;
}

const sealedColumns = {
  homeserverSessionAddress: { table: 'homeserver_sessions', column: 'address' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer, hasher }: Sealing): HomeserverSessionStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const place = sealedColumns.homeserverSessionAddress;

  return {
    async findAddress(key, now) {
      const subject = subjectOf(key);
      const row = await repository().findOne({
        where: { id: In([hasher.hash(subject), ...hasher.oldHashes(subject)]), expiresAt: MoreThan(now) },
        order: { expiresAt: 'DESC' },
      });
      return row ? readAddress(sealer.open(place, row.id, row.address)) : undefined;
    },

    async save(key, address, expiresAt) {
      const subject = subjectOf(key);
      const oldIds = hasher.oldHashes(subject);
      if (oldIds.length > 0) await repository().delete({ id: In(oldIds) });
      const id = hasher.hash(subject);
      const sealed = sealer.seal(place, id, new Secret(writeAddress(address)));
      await repository().upsert({ id, address: sealed, expiresAt }, ['id']);
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

/** The table of sessions in which addresses are proven to the homeserver beside us. */
export const homeserverSessions: Table<HomeserverSessionStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};

function subjectOf({ sid, clientSecret }: HomeserverSessionKey): string {
  return `homeserver session ${JSON.stringify([sid, clientSecret.reveal()])}`;
}
