import { PhoneNumber } from '../../base/phone.js';
import { Secret } from '../../base/secret.js';

/**
 * Returns the value in the form that is sent between threads: without classes, which messages lose.
 */
export function encode(value: unknown): unknown {
  if (value instanceof Secret) return { $secret: String(value.reveal()) };
  if (value instanceof PhoneNumber) return { $phone: value.reveal() };
  return mapEach(value, encode);
}

/** Returns the value that encode() was given. */
export function decode(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    if ('$secret' in value) return new Secret(String(value.$secret));
    if ('$phone' in value) return PhoneNumber.parse(String(value.$phone));
  }
  return mapEach(value, decode);
}

/** Applies `change` to the elements of arrays and the properties of objects. */
function mapEach(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, change(one)]));
}
