import { PhoneNumber } from '../../src/base/phone.js';
import { Secret } from '../../src/base/secret.js';
import type { Mxid } from '../../src/base/mxid.js';
import { shownMxid, sanitizeUntrustedText } from '../../src/base/untrusted-text.js';
import type { EmailInUse, EmailInvite, EmailValidation, PhoneValidation } from '../../src/delivery/messenger.js';

/** A message that validates an e-mail address. */
export function emailValidation(overrides: Partial<EmailValidation> = {}): EmailValidation {
  return {
    kind: 'email_validation',
    to: 'alice@example.test',
    link: new Secret('https://id.example.test/submit?sid=1&token=abcDEF123&client_secret=monkeys'),
    token: new Secret('abcDEF123'),
    expiresInMs: 24 * 60 * 60_000,
    brand: undefined,
    ...overrides,
  };
}

/** A message that invites a user by e-mail. */
export function emailInvite(overrides: Partial<EmailInvite> = {}): EmailInvite {
  return {
    kind: 'email_invite',
    to: 'alice@example.test',
    link: new Secret(
      'https://web.example.test/#/room/%21abc?email=alice%40example.test&signurl=https%3A%2F%2Fid.example.test',
    ),
    sender: shownMxid('@bob:example.test' as Mxid),
    senderDisplayName: sanitizeUntrustedText('Bob', 20),
    roomName: sanitizeUntrustedText('The garden', 20),
    brand: undefined,
    ...overrides,
  };
}

/** A message about an attempt to add an e-mail address that already has an owner. */
export function emailInUse(overrides: Partial<EmailInUse> = {}): EmailInUse {
  return { kind: 'email_in_use', to: 'alice@example.test', brand: undefined, ...overrides };
}

/** A message that validates a phone number. */
export function phoneValidation(overrides: Partial<PhoneValidation> = {}): PhoneValidation {
  const to = PhoneNumber.parse('+447700900123');
  if (to === undefined) throw new Error('the number of this fixture is none');
  return { kind: 'phone_validation', to, code: new Secret('123456'), expiresInMs: 600_000, ...overrides };
}
