import { createHash } from 'node:crypto';
import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { HashableAssociation } from '../database/stores/identity-association-store.js';
import type { LookupHash, LookupPepperRecord } from '../database/stores/lookup-hash-store.js';

/** What an address is looked up by (identity service API, "Client behaviour" of hashed lookups): unpadded URL-safe base64. */
export function lookupHash({ medium, address }: ThirdPartyAddress, pepper: string): string {
  return createHash('sha256').update(`${address} ${medium} ${pepper}`).digest('base64url');
}

/** All that an association is to be found by, with each of the peppers. */
export function hashesOf(
  { id, medium, address, alias }: HashableAssociation,
  peppers: readonly Pick<LookupPepperRecord, 'id' | 'pepper'>[],
): LookupHash[] {
  const forms = alias === undefined ? [address] : [address, alias];
  return peppers.flatMap((pepper) =>
    forms.map((form) => ({
      pepperId: pepper.id,
      associationId: id,
      hash: lookupHash({ medium, address: form }, pepper.pepper),
    })),
  );
}
