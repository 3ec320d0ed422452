import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PhoneNumber } from '../../../../src/base/phone.js';
import { Secret } from '../../../../src/base/secret.js';
import { decode, encode } from '../../../../src/telegram/gramjs/codec.js';

/** Returns the value with its secrets and phone numbers in clear, which print masked. */
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return ['secret', String(value.reveal())];
  if (value instanceof PhoneNumber) return ['phone', value.reveal()];
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revealed(one)]));
}

const phones = fc
  .integer({ min: 10_000, max: 999_999_999 })
  .map((digits) => PhoneNumber.parse(String(digits)) ?? expect.unreachable('not a phone number'));
const leaves = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.string().map((text) => new Secret(text)),
  phones,
);
const { value: messages } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.array(tie('value')),
    fc.dictionary(fc.stringMatching(/^[a-z]\w*$/), tie('value')),
  ),
}));

it('sends secrets and phone numbers between threads', () => {
  fc.assert(
    fc.property(messages, (message) => {
      const received = decode(structuredClone(encode(message)));
      expect(revealed(received)).toEqual(revealed(message));
    }),
  );
});
