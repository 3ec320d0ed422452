import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Secret } from '../base/secret.js';

/** Returns the address as one text, which is sealed and hashed. */
export function writeAddress({ medium, address }: ThirdPartyAddress): string {
  return `${medium}:${address}`;
}

/** Reads an address that `writeAddress` has written. */
export function readAddress(text: Secret): ThirdPartyAddress {
  const [, medium, address = ''] = /^(email|msisdn):(.*)$/s.exec(text.reveal()) ?? [];
  return { medium: medium === 'email' ? 'email' : 'msisdn', address };
}
