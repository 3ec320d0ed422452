import { allowance } from '../allowance.js';
import { host } from '../network-address.js';
import { group, withDefault } from '../setting.js';
import { listOf, oneOf, text, trueOrFalse, wholeNumber } from '../value.js';

const country = text({ expects: 'a country as two capital letters, such as GB' }, (input) =>
  /^[A-Z]{2}$/.test(input) ? input : undefined,
);

/** How e-mail addresses and phone numbers are proven. */
export const threepids = group(
  'How e-mail addresses and phone numbers are proven.',
  {
    prove_within_minutes: withDefault(
      wholeNumber(5, 10_080),
      '1440',
      'How long a code or the link in a mail is good, from the first request on.',
    ),
    use_within_hours: withDefault(
      wholeNumber(1, 720),
      '24',
      'How long a proof is good: an address must be published, or added to an account, within this time.',
    ),
    max_guesses: withDefault(
      wholeNumber(1, 100),
      '5',
      'How many wrong guesses the code for a phone number survives. Then another must be asked for.',
    ),
    confirm_click: withDefault(
      trueOrFalse,
      'true',
      'Whether the page behind the link in a mail has a button that proves the address. Without it, opening the link is enough, also for ' +
        'programs that open links to look for malware.',
    ),
    next_link_hosts: withDefault(
      listOf(host, 'host names'),
      [],
      'The hosts of web clients to which a browser may be sent on after an address was proven. The hosts of ' +
        'identity.public_url and accounts.public_url always may.',
    ),
    allowed_countries: withDefault(
      listOf(country, 'countries as two capital letters, such as GB'),
      [],
      'The countries to whose phone numbers codes are sent. Empty: all. Name yours where messages cost money: others try numbers that ' +
        'earn them some.',
    ),
    from_telegram: withDefault(
      oneOf(['off', 'ask', 'on']),
      'ask',
      'What becomes of the phone number with which a user logs in to Telegram. on: it becomes an address of the Matrix account by itself, so ' +
        'that the user can log in to Matrix by it. ask: the provisioning API offers that, and does it when it is asked to. off: nothing. What ' +
        'was added so goes with the login to Telegram. Beside a homeserver, what it knows is not asked without ' +
        'homeserver.admin_access_token: where it has the number for somebody else, a login by that number through Gangway is from then on one of ' +
        'the user of that Telegram login.',
    ),
    from_telegram_bind: withDefault(
      trueOrFalse,
      'false',
      'Whether such a number is published by the identity service too, so that others find the user by it, for as long as the account has it.',
    ),
    telegram_check_minutes: withDefault(
      wholeNumber(1, 10_080),
      '15',
      'How often Telegram is asked whether the logins that prove phone numbers are still there, one after another.',
    ),
    limits: group(
      'How often messages are sent, and tokens compared, before the answer is 429.',
      {
        per_client: allowance('Messages that one client address asks for.', '20', '3600', 'Messages'),
        per_user: allowance('Messages that one Matrix user asks for.', '20', '3600', 'Messages'),
        per_email_address: allowance('Messages to one e-mail address, whoever asks.', '10', '86400', 'Messages'),
        per_phone_number: allowance(
          'Codes to one phone number, whoever asks. A code is one of a million: each that is sent gives a guesser max_guesses tries.',
          '10',
          '86400',
          'Codes',
        ),
        per_calling_code: allowance('Codes to the phone numbers of one country.', '50', '3600', 'Codes'),
        guesses_per_client: allowance('Tokens that one client address gives, right or wrong.', '60', '600', 'Tokens'),
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
