import { acceptedTerms } from '../entities/accepted-terms.js';
import type { TransactionSession } from '../transaction-session.js';
import type { AcceptedTermsStore } from './accepted-terms-store.js';

/** Returns the policies that users accepted, within one transaction. */
export function createAcceptedTermsStore(session: TransactionSession): AcceptedTermsStore {
  const repository = () => session.queryRunner.manager.getRepository(acceptedTerms);

  return {
    async listByUser(mxid) {
      const rows = await repository().find({ where: { mxid }, order: { acceptedAt: 'ASC', url: 'ASC' } });
      return rows.map(({ url, version }) => ({ url, version }));
    },

    async add(mxid, { url, version }, acceptedAt) {
      await repository().createQueryBuilder().insert().values({ mxid, url, version, acceptedAt }).orIgnore().execute();
    },

    async deleteByUser(mxid) {
      await repository().delete({ mxid });
    },
  };
}
