import { createHash } from 'node:crypto';
import { isFormOf, type ThirdPartyAddress } from '../base/canonical-address.js';
import type { HashableAssociation } from '../database/tables/identity-associations.js';
import type { LookupHash, LookupPepperRecord } from '../database/tables/lookup-hashes.js';

/**
 * Returns the hash for lookups of a 3PID (identity service API, "Client behaviour" of hashed
 * lookups), in unpadded URL-safe base64.
 */
export function lookupHash({ medium, address }: ThirdPartyAddress, pepper: string): string {
  return createHash('sha256').update(`${address} ${medium} ${pepper}`).digest('base64url');
}

/**
 * Returns all hashes that find an association, with each of the peppers. Omits aliases that are no
 * form of the same address, because they may belong to another user.
 */
export function hashesOf(
  { id, alias, ...canonical }: HashableAssociation,
  peppers: readonly Pick<LookupPepperRecord, 'id' | 'pepper'>[],
): LookupHash[] {
  const { medium, address } = canonical;
  const forms = [{ form: address, isAlias: false }];
  if (alias !== undefined && isFormOf(alias, canonical)) forms.push({ form: alias, isAlias: true });
  return peppers.flatMap((pepper) =>
    forms.map(({ form, isAlias }) => ({
      pepperId: pepper.id,
      associationId: id,
      hash: lookupHash({ medium, address: form }, pepper.pepper),
      isAlias,
    })),
  );
}
