import { LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { identityTokens } from '../entities/identity-tokens.js';
import type { TransactionSession } from '../transaction-session.js';
import type { IdentityTokenStore } from './identity-token-store.js';

/** Returns the tokens of the identity service's users, within one transaction. */
export function createIdentityTokenStore(session: TransactionSession): IdentityTokenStore {
  const repository = () => session.queryRunner.manager.getRepository(identityTokens);

  return {
    async find(tokenHash) {
      const row = await repository().findOneBy({ tokenHash });
      return row ? { ...row, mxid: row.mxid as Mxid } : undefined;
    },

    async insert(record) {
      await repository().insert({ ...record });
    },

    async touch(tokenHash, at) {
      await repository().update({ tokenHash }, { usedAt: at });
    },

    async delete(tokenHash) {
      const result = await repository().delete({ tokenHash });
      return result.affected === 1;
    },

    async deleteByUser(mxid) {
      await repository().delete({ mxid });
    },

    async deleteUnused(until) {
      await repository().delete({ usedAt: LessThanOrEqual(until) });
    },
  };
}
