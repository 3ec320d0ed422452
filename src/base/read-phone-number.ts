import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/core';
import { cleanHumanInput } from './human-input.js';
import { PhoneNumber } from './phone.js';
import { phoneMetadata } from './phone-metadata.js';

const maxNumberLength = 500;
// Blanks, dashes, minus, dots, slashes and brackets; what else separates digits makes no number of
// the text.
const separators = /[\s\p{Z}\p{Pd}\u2212\u2800.·•‧・/()[\]]+/gu;
// What stands around a number in a text.
const surroundings = /^[<"'“”«`]+|[>"'“”»`,;:!?]+$/gu;
// Calling codes do not begin with zero: two of them are how a plus is dialled.
const numberForm = /^(?<plus>\+?00|\+)?(?<digits>[0-9]{1,30})$/;

/**
 * Returns a phone number as typed by a user, for Telegram to check whether it exists: with or
 * without a plus, `00` in its place, separators, a zero in brackets that is not dialled from
 * abroad. Undefined unless it has 5 to 15 digits and begins with a calling code.
 */
export function readPhoneNumber(text: string): PhoneNumber | undefined {
  const dialled = readDialled(text);
  if (dialled === undefined) return undefined;
  const digits = knownNumber(`+${dialled.digits}`) ?? dialled.digits;
  return digits.startsWith('0') ? undefined : PhoneNumber.parse(digits);
}

/**
 * Returns the digits of a phone number without the plus, if libphonenumber or Telegram's test
 * servers have such numbers. A number without a plus is international, unless libphonenumber has
 * the country `country` (ISO 3166-1).
 */
export function readKnownPhoneNumber(text: string, country: string | undefined): string | undefined {
  const dialled = readDialled(text);
  if (dialled === undefined) return undefined;
  const region = dialled.isInternational ? undefined : supportedCountry(country);
  if (region !== undefined) return knownNumber(dialled.digits, region);
  return isTestNumber(dialled.digits) ? dialled.digits : knownNumber(`+${dialled.digits}`);
}

interface Dialled {
  readonly digits: string;
  /** Whether they begin with a calling code for certain. */
  readonly isInternational: boolean;
}

function readDialled(text: string): Dialled | undefined {
  const clean = cleanHumanInput(text);
  if (clean.length > maxNumberLength) return undefined;
  const bare = clean.replace(/^tel:/i, '').replaceAll(surroundings, '').replaceAll(separators, '');
  const { plus, digits } = numberForm.exec(bare)?.groups ?? {};
  return digits === undefined ? undefined : { digits, isInternational: plus !== undefined };
}

/**
 * Numbers of Telegram's test servers, 99966XYYYY (core.telegram.org/api/auth): the calling code 999
 * is of no country, and will not be.
 */
function isTestNumber(digits: string): boolean {
  return /^99966\d{5}$/.test(digits);
}

/**
 * Returns the digits after the plus. What libphonenumber reads differently once more is no number
 * of one meaning.
 */
function knownNumber(written: string, region?: CountryCode): string | undefined {
  const number = parseNumber(written, region);
  return number !== undefined && parseNumber(number) === number ? number.slice(1) : undefined;
}

// libphonenumber leaves out a zero that is not dialled from abroad, in brackets or not, and keeps
// that of Italy.
function parseNumber(written: string, region?: CountryCode): string | undefined {
  const options = region === undefined ? {} : { defaultCountry: region };
  return parsePhoneNumberFromString(written, { ...options, extract: false }, phoneMetadata())?.number;
}

function supportedCountry(country: string | undefined): CountryCode | undefined {
  const upper = country?.toUpperCase();
  return upper !== undefined && isCountry(upper) ? upper : undefined;
}

function isCountry(text: string): text is CountryCode {
  return Object.hasOwn(phoneMetadata().countries, text);
}
