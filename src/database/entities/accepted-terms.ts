import { EntitySchema } from 'typeorm';
import { epochMs, primaryText } from '../columns.js';

/** A row of accepted_terms: the text of a policy, in a version, that a user accepted. */
export interface AcceptedTermsRow {
  mxid: string;
  url: string;
  version: string;
  acceptedAt: number;
}

/** The table of policies that users of the identity service accepted. */
export const acceptedTerms = new EntitySchema<AcceptedTermsRow>({
  name: 'accepted_terms',
  tableName: 'accepted_terms',
  columns: {
    mxid: primaryText('mxid', 'accepted_terms_pkey'),
    url: primaryText('url', 'accepted_terms_pkey'),
    version: primaryText('version', 'accepted_terms_pkey'),
    acceptedAt: epochMs('accepted_at'),
  },
});
