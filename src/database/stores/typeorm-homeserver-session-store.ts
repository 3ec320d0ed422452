import { In, LessThanOrEqual, MoreThan } from 'typeorm';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { homeserverSessions } from '../entities/homeserver-sessions.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type { HomeserverSessionKey, HomeserverSessionStore } from './homeserver-session-store.js';

/** Returns the sessions of the homeserver, within one transaction. */
export function createHomeserverSessionStore(
  session: TransactionSession,
  sealer: Sealer,
  hasher: SubjectHasher,
): HomeserverSessionStore {
  const repository = () => session.queryRunner.manager.getRepository(homeserverSessions);
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

function subjectOf({ sid, clientSecret }: HomeserverSessionKey): string {
  return `homeserver session ${JSON.stringify([sid, clientSecret.reveal()])}`;
}
