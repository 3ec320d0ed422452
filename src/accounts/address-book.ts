import type { Mxid } from '../base/mxid.js';

/** A third-party address in its canonical form: case-folded e-mail, or E.164 digits without the plus. */
export interface ThirdPartyAddress {
  readonly medium: 'email' | 'msisdn';
  readonly address: string;
}

/** Which addresses were added to which account of our own server; only these may resolve a login. */
export interface AddressBook {
  /** Whose address it is; undefined where it was added to no account. */
  findUser(address: ThirdPartyAddress): Promise<Mxid | undefined>;
}
