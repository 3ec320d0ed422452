import { EntitySchema } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, primaryText } from '../columns.js';
import type { Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of accepted_terms: the text of a policy, in a version, that a user accepted. */
interface AcceptedTermsRow {
  mxid: string;
  url: string;
  version: string;
  acceptedAt: number;
}

const schema = new EntitySchema<AcceptedTermsRow>({
  name: 'accepted_terms',
  tableName: 'accepted_terms',
  columns: {
    mxid: primaryText('mxid', 'accepted_terms_pkey'),
    url: primaryText('url', 'accepted_terms_pkey'),
    version: primaryText('version', 'accepted_terms_pkey'),
    acceptedAt: epochMs('accepted_at'),
  },
});

/** The text of a policy, in one language, in one version. */
export interface TermsText {
  readonly url: string;
  readonly version: string;
}

/** Stores which policies each user has accepted. */
export interface AcceptedTermsStore {
  listByUser(mxid: Mxid): Promise<readonly TermsText[]>;
  /** Keeps the time of the first acceptance. */
  add(mxid: Mxid, text: TermsText, acceptedAt: number): Promise<void>;
  deleteByUser(mxid: Mxid): Promise<void>;
}

function openStore(session: TransactionSession): AcceptedTermsStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

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

/** The table of policies that users of the identity service accepted. */
export const acceptedTerms: Table<AcceptedTermsStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
