import { allowance } from '../allowance.js';
import { host } from '../network-address.js';
import { group, withDefault } from '../setting.js';
import { listOf, oneOf, text, trueOrFalse, wholeNumber } from '../value.js';

const country = text({ expects: 'a country as two capital letters, such as GB' }, (input) =>
  /^[A-Z]{2}$/.test(input) ? input : undefined,
);

/** The validation of e-mail addresses and phone numbers. */
export const threepids = group(
  'The validation of e-mail addresses and phone numbers.',
  {
    prove_within_minutes: withDefault(
      wholeNumber(5, 10_080),
      '1440',
      'How long a code or the link in a mail is valid, from the first request.',
    ),
    use_within_hours: withDefault(
      wholeNumber(1, 720),
      '24',
      'How long a validation can be used: the 3PID must be bound, or added to an account, within this time.',
    ),
    max_guesses: withDefault(
      wholeNumber(1, 100),
      '5',
      'How many wrong codes are accepted for one phone number. After that, the user must request a new code.',
    ),
    confirm_click: withDefault(
      trueOrFalse,
      'true',
      'Whether the page behind the link in a mail has a button that completes the validation. When false, ' +
        'opening the link completes it, even if a malware scanner opens it.',
    ),
    next_link_hosts: withDefault(
      listOf(host, 'host names'),
      [],
      'The hosts of web clients that a browser may be redirected to after a validation. The hosts of ' +
        'identity.public_url and accounts.public_url are always allowed.',
    ),
    allowed_countries: withDefault(
      listOf(country, 'countries as two capital letters, such as GB'),
      [],
      'The countries to whose phone numbers codes are sent. Empty allows all. Restrict this if messages ' +
        'cost money: fraudsters request codes for numbers that earn them a share.',
    ),
    from_telegram: withDefault(
      oneOf(['off', 'ask', 'on']),
      'ask',
      "What happens to the phone number of a user's Telegram account. on: it is added to the Matrix account " +
        'automatically, so that the user can log in to Matrix with it. ask: the provisioning API offers to ' +
        'add it. off: nothing. A number that was added this way is removed when the Telegram login ends. In ' +
        'relay mode without homeserver.admin_access_token, the homeserver is not asked about the number: if ' +
        'it belongs to another user there, a login by that number through Gangway becomes a login as the user ' +
        'of the Telegram account.',
    ),
    from_telegram_bind: withDefault(
      trueOrFalse,
      'false',
      'Whether such a number is also published by the identity service, so that other users can find the ' +
        'user by it. It stays published as long as the account has it.',
    ),
    telegram_check_minutes: withDefault(
      wholeNumber(1, 10_080),
      '15',
      'How often Gangway checks with Telegram that the logins behind validated phone numbers still exist.',
    ),
    limits: group(
      'How many messages may be sent, and tokens submitted, before the reply is 429.',
      {
        per_client: allowance('Messages requested by one client address.', '20', '3600', 'Messages'),
        per_user: allowance('Messages requested by one Matrix user.', '20', '3600', 'Messages'),
        per_email_address: allowance('Messages to one e-mail address, from all clients.', '10', '86400', 'Messages'),
        per_phone_number: allowance(
          'Codes to one phone number, from all clients. A code has six digits, and each code that is sent ' +
            'allows max_guesses attempts.',
          '10',
          '86400',
          'Codes',
        ),
        per_calling_code: allowance('Codes to the phone numbers of one country.', '50', '3600', 'Codes'),
        guesses_per_client: allowance('Tokens submitted by one client address, right or wrong.', '60', '600', 'Tokens'),
      },
      (keys) => ({
        perClient: keys.per_client,
        perUser: keys.per_user,
        perEmailAddress: keys.per_email_address,
        perPhoneNumber: keys.per_phone_number,
        perCallingCode: keys.per_calling_code,
        guessesPerClient: keys.guesses_per_client,
      }),
    ),
  },
  (keys) => ({
    provableMs: keys.prove_within_minutes * 60_000,
    usableMs: keys.use_within_hours * 3_600_000,
    maxGuesses: keys.max_guesses,
    confirmClick: keys.confirm_click,
    nextLinkHosts: keys.next_link_hosts,
    allowedCountries: keys.allowed_countries,
    fromTelegram: keys.from_telegram,
    publishesFromTelegram: keys.from_telegram_bind,
    telegramCheckMs: keys.telegram_check_minutes * 60_000,
    limits: keys.limits,
  }),
);
