import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import { foldCase } from './fold-case.js';
import { cleanHumanInput } from './human-input.js';
import { readMailbox } from './mailbox.js';
import { phoneMetadata } from './phone-metadata.js';
import { readKnownPhoneNumber } from './read-phone-number.js';

const maxLength = 500;

/** The parts of a phone number that its digits determine. */
export interface PhoneFacts {
  /** ISO 3166-1, or undefined if the number is of no country, as those of satellites are. */
  readonly country: string | undefined;
  /** Without the plus. */
  readonly callingCode: string;
  /** In the international format, such as `+44 7470 674927`. */
  readonly internationalFormat: string;
  /** Whether numbers of that country can have so many digits. */
  readonly isPossible: boolean;
}

/**
 * A third-party address in its canonical form: case-folded e-mail, or E.164 digits without the
 * plus.
 */
export interface ThirdPartyAddress {
  readonly medium: 'email' | 'msisdn';
  readonly address: string;
}

/** A third-party address as it was typed. */
export interface TypedAddress {
  /** `email` or `msisdn`; there is no canonical form of others. */
  readonly medium: string;
  readonly address: string;
  /** ISO 3166-1, two letters: if a phone number without a plus is dialled. */
  readonly country?: string | undefined;
}

/**
 * Returns the one form of an address, for storing it, looking it up, hashing it and logging in with
 * it, or undefined if it has none. E-mail: case-folded local part, domain in the ASCII of DNS, 3 to
 * 500 characters; what `readMailbox` refuses has none. Phone number: E.164 digits without the plus.
 * It is its own canonical form. Text of more than 500 characters is not read: folding takes its
 * time.
 */
export function canonicalAddress({ medium, address, country }: TypedAddress): ThirdPartyAddress | undefined {
  const text = writtenAddress(address);
  const canonical = text.length > maxLength ? undefined : canonicalForm(medium, text, country);
  return canonical === undefined ? undefined : { medium: medium as ThirdPartyAddress['medium'], address: canonical };
}

/** Returns the address as its writer sees it, in the letters that were typed. */
export function writtenAddress(typed: string): string {
  return cleanHumanInput(cleanHumanInput(typed).replace(/^mailto:/i, ''));
}

/**
 * Returns whether a form of an address, such as another spelling of it, has this canonical form.
 */
export function isFormOf(form: string, { medium, address }: ThirdPartyAddress): boolean {
  return canonicalAddress({ medium, address: form })?.address === address;
}

function canonicalForm(medium: string, text: string, country: string | undefined): string | undefined {
  switch (medium) {
    case 'email':
      return canonicalEmail(text);
    case 'msisdn':
      return readKnownPhoneNumber(text, country);
    default:
      return undefined;
  }
}

// Folding makes some texts longer, as ASCII does with some domains, so the length that counts is
// that of the canonical form.
function canonicalEmail(text: string): string | undefined {
  const mailbox = readMailbox(text);
  const email = mailbox && `${foldCase(mailbox.localPart)}@${mailbox.domain}`;
  return email === undefined || email.length > maxLength ? undefined : email;
}

/**
 * Returns libphonenumber's data about a phone number in its canonical form, or undefined if it is
 * in another form.
 */
export function phoneFacts(canonical: string): PhoneFacts | undefined {
  const number = parsePhoneNumberFromString(`+${canonical}`, { extract: false }, phoneMetadata());
  return (
    number && {
      country: number.country,
      callingCode: number.countryCallingCode,
      internationalFormat: number.formatInternational(),
      isPossible: number.isPossible(),
    }
  );
}
