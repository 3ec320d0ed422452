import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';
import { foldCase } from './fold-case.js';
import { readMailbox } from './mailbox.js';
import { PhoneNumber } from './phone.js';

const maxLength = 500;

/** What its digits say of a phone number. */
export interface PhoneFacts {
  /** ISO 3166-1; undefined where the number is of no country, as those of satellites are. */
  readonly country: string | undefined;
  /** Without the plus. */
  readonly callingCode: string;
  /** As people write it internationally, such as `+44 7470 674927`. */
  readonly internationalFormat: string;
}

/** A third-party address in its canonical form: case-folded e-mail, or E.164 digits without the plus. */
export interface ThirdPartyAddress {
  readonly medium: 'email' | 'msisdn';
  readonly address: string;
}

/** A third-party address as somebody has typed it. */
export interface TypedAddress {
  /** `email` or `msisdn`; there is no canonical form of others. */
  readonly medium: string;
  readonly address: string;
  /** ISO 3166-1, two letters: where a phone number without a plus is dialled. */
  readonly country?: string | undefined;
}

/**
 * The one form of an address, for storing it, looking it up, hashing it and logging in with it; undefined where it is none.
 * E-mail: case-folded local part, domain in the ASCII of DNS, 3 to 500 characters; what `readMailbox` refuses is none. Phone number: E.164 digits without the plus. What is longer
 * than 500 characters as it was typed is not even read: strangers type it, and folding takes its time.
 */
export function canonicalAddress({ medium, address, country }: TypedAddress): ThirdPartyAddress | undefined {
  const text = address.trim();
  const canonical = text.length > maxLength ? undefined : canonicalForm(medium, text, country);
  return canonical === undefined ? undefined : { medium: medium as ThirdPartyAddress['medium'], address: canonical };
}

function canonicalForm(medium: string, text: string, country: string | undefined): string | undefined {
  switch (medium) {
    case 'email':
      return canonicalEmail(text);
    case 'msisdn':
      return canonicalPhone(text, country);
    default:
      return undefined;
  }
}

// Folding makes some texts longer, as ASCII does with some domains, so the length that counts is that of the canonical form.
function canonicalEmail(text: string): string | undefined {
  const mailbox = readMailbox(text);
  const email = mailbox && `${foldCase(mailbox.localPart)}@${mailbox.domain}`;
  return email === undefined || email.length > maxLength ? undefined : email;
}

function canonicalPhone(typed: string, country: string | undefined): string | undefined {
  const region = supportedCountry(country);
  // Where nobody says the country, the number is an international one, whether its plus was kept or not.
  const international = typed.startsWith('+') || region !== undefined ? typed : `+${typed}`;
  return testNumber(international) ?? knownNumber(international, region);
}

/** Numbers of Telegram's test servers, 99966XYYYY (core.telegram.org/api/auth): the calling code 999 is of no country, and will not be. */
function testNumber(international: string): string | undefined {
  if (!international.startsWith('+')) return undefined;
  const digits = PhoneNumber.parse(international)?.reveal().slice(1);
  return digits !== undefined && /^99966\d{5}$/.test(digits) ? digits : undefined;
}

function knownNumber(international: string, region: CountryCode | undefined): string | undefined {
  const number = parsePhoneNumberFromString(international, {
    ...(region === undefined ? {} : { defaultCountry: region }),
    extract: false,
  });
  return number === undefined || number.ext !== undefined ? undefined : number.number.slice(1);
}

/** What libphonenumber knows of a phone number in its canonical form; undefined where that is none. */
export function phoneFacts(canonical: string): PhoneFacts | undefined {
  const number = parsePhoneNumberFromString(`+${canonical}`, { extract: false });
  return (
    number && {
      country: number.country,
      callingCode: number.countryCallingCode,
      internationalFormat: number.formatInternational(),
    }
  );
}

function supportedCountry(country: string | undefined): CountryCode | undefined {
  const upper = country?.toUpperCase();
  return upper !== undefined && isSupportedCountry(upper) ? upper : undefined;
}
