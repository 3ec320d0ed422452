import { expect, it } from 'vitest';
import { phoneFacts } from '../../../src/base/canonical-address.js';

it.each([
  ['447470674927', { country: 'GB', callingCode: '44', internationalFormat: '+44 7470 674927', isPossible: true }],
  ['441481256789', { country: 'GG', callingCode: '44', internationalFormat: '+44 1481 256789', isPossible: true }],
  ['12025550123', { country: 'US', callingCode: '1', internationalFormat: '+1 202 555 0123', isPossible: true }],
  ['18765550123', { country: 'JM', callingCode: '1', internationalFormat: '+1 876 555 0123', isPossible: true }],
  ['77012345678', { country: 'KZ', callingCode: '7', internationalFormat: '+7 701 234 5678', isPossible: true }],
  [
    '883510012345',
    { country: undefined, callingCode: '883', internationalFormat: '+883 510 012 345', isPossible: true },
  ],
  ['44123', { country: undefined, callingCode: '44', internationalFormat: '+44 123', isPossible: false }],
  ['99966123456', undefined],
  ['', undefined],
])('the phone number %j has the facts %j', (digits, facts) => {
  expect(phoneFacts(digits)).toEqual(facts);
});
