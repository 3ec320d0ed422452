import type { ThirdPartyAddress } from '../base/canonical-address.js';
import type { Secret } from '../base/secret.js';

/** Returns an address as one text, which is what is sealed and hashed of it. */
export function writeAddress({ medium, address }: ThirdPartyAddress): string {
  return `${medium}:${address}`;
}

/** Returns the address that writeAddress has written. */
export function readAddress(text: Secret): ThirdPartyAddress {
  const [, medium, address = ''] = /^(email|msisdn):(.*)$/s.exec(text.reveal()) ?? [];
  return { medium: medium === 'email' ? 'email' : 'msisdn', address };
}
