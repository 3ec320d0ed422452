import type { Mxid } from '../../base/mxid.js';

/** The text of a policy, in one language, in one version. */
export interface TermsText {
  readonly url: string;
  readonly version: string;
}

/** Where it is kept which policies users accepted. */
export interface AcceptedTermsStore {
  listByUser(mxid: Mxid): Promise<readonly TermsText[]>;
  /** The first time counts. */
  add(mxid: Mxid, text: TermsText, acceptedAt: number): Promise<void>;
  deleteByUser(mxid: Mxid): Promise<void>;
}
