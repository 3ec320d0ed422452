import {
  canonicalAddress,
  isFormOf,
  phoneFacts,
  writtenAddress,
  type ThirdPartyAddress,
} from '../base/canonical-address.js';
import { PhoneNumber } from '../base/phone.js';
import { ThreepidFailure } from './failure.js';
import type { TokenRequest } from './validation.js';

/** The recipient of a message. */
export type Destination =
  | {
      readonly medium: 'email';
      readonly address: string;
      /** What was typed, in lower case, if that is another form of the same address. */
      readonly alias: string | undefined;
    }
  | {
      readonly medium: 'msisdn';
      readonly address: string;
      readonly alias: undefined;
      readonly number: PhoneNumber;
      readonly callingCode: string;
      readonly internationalFormat: string;
    };

/**
 * Returns the address in its canonical form, and where it is a phone number, of a country that is
 * allowed: ISO codes, all if there are none. Throws ThreepidFailure address_invalid and
 * destination_refused.
 */
export function readDestination(typed: TokenRequest['typed'], allowedCountries: readonly string[]): Destination {
  const address = canonicalAddress(typed);
  if (!address) throw new ThreepidFailure({ kind: 'address_invalid', medium: typed.medium });
  return address.medium === 'email' ? readEmail(address, typed.address) : readPhone(address, allowedCountries);
}

function readEmail(canonical: ThirdPartyAddress, typed: string): Destination {
  const { address } = canonical;
  const lower = writtenAddress(typed).toLowerCase();
  return { medium: 'email', address, alias: lower !== address && isFormOf(lower, canonical) ? lower : undefined };
}

function readPhone({ address }: ThirdPartyAddress, allowedCountries: readonly string[]): Destination {
  const facts = phoneFacts(address);
  const number = PhoneNumber.parse(address);
  if (!facts?.isPossible || !number) throw new ThreepidFailure({ kind: 'address_invalid', medium: 'msisdn' });
  const { country, callingCode, internationalFormat } = facts;
  const isAllowed = allowedCountries.length === 0 || (country !== undefined && allowedCountries.includes(country));
  if (!isAllowed) throw new ThreepidFailure({ kind: 'destination_refused' });
  return { medium: 'msisdn', address, alias: undefined, number, callingCode, internationalFormat };
}
