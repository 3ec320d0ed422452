import { accountModes } from '../account-mode.js';
import { allowance } from '../allowance.js';
import { baseUrl } from '../network-address.js';
import { publicUrl } from '../public-url.js';
import { group, optional, required, withDefault } from '../setting.js';
import { Complaint, oneOf, text, trueOrFalse, wholeNumber } from '../value.js';

/** What becomes of the server discovery information (`well_known`) in the answer to a login: `homeserver` is the base URL to put there. */
export type WellKnown = 'keep' | 'drop' | { readonly homeserver: string };

const wellKnown = text<WellKnown>({ expects: 'keep, drop, or an http:// or https:// address' }, (input) => {
  if (input === 'keep' || input === 'drop') return input;
  const read = baseUrl.safeParse(input);
  if (read.success) return { homeserver: read.data };
  const complaint = new Complaint(read.error.issues.map(({ message }) => message).join(' '));
  return URL.canParse(input) ? complaint : undefined;
});

/** Matrix login and the addresses of accounts. */
export const accounts = group(
  'Matrix login and the contact addresses of accounts: /_matrix/client/v3/login, /_matrix/client/v3/account/3pid and related endpoints.',
  {
    mode: required(
      oneOf(accountModes),
      accountModes.join(' | '),
      'Where the Matrix accounts of homeserver.domain are. relay: on the homeserver at homeserver.address; Gangway passes logins on to it. ' +
        'embedded: in Gangway; `gangway user add` makes them, and there must be no homeserver for this server name. off: Gangway does ' +
        'not serve the Matrix login API; its paths return 404 M_UNRECOGNIZED. If homeserver.address is set, it is used only to check ' +
        'access tokens.',
    ),
    public_url: optional(
      publicUrl,
      'https://matrix.example.com',
      'The https address under which clients reach Gangway, without /_matrix. The links in mails that prove an address for an account are ' +
        'made of it, and the address to which clients send codes. When left out, it is identity.public_url. Without either, e-mail ' +
        'addresses cannot be proven for accounts here.',
    ),
    addresses: group(
      'The e-mail addresses and phone numbers of accounts. What is sent goes through the channels of the section delivery.',
      {
        changes: withDefault(
          trueOrFalse,
          'true',
          'Whether users may add and remove addresses. When false, that is refused with M_FORBIDDEN. Beside a homeserver this is about ' +
            'the addresses that are kept here; about its own the homeserver decides.',
        ),
        post_without_authentication: withDefault(
          trueOrFalse,
          'true',
          'Whether the deprecated POST /account/3pid is served, by which an address is added without the password being asked for, as ' +
            'clients of old do. When false, it is answered with 404 M_UNRECOGNIZED.',
        ),
        reveal_in_use: withDefault(
          trueOrFalse,
          'false',
          'Whether somebody who is not logged in learns that an address belongs to an account. When false, they get the usual answer, and ' +
            'the owner of an e-mail address gets a mail.',
        ),
      },
      (keys) => ({
        mayChange: keys.changes,
        postsWithoutAuthentication: keys.post_without_authentication,
        revealsInUse: keys.reveal_in_use,
      }),
    ),
    well_known: withDefault(
      wellKnown,
      'drop',
      'The server discovery information in the answer to a login: drop leaves it out, keep passes on what the homeserver sent, and ' +
        'an address is put there as the base URL of the homeserver. Clients move to the base URL that they find there: with keep, ' +
        'that may lead them past Gangway.',
    ),
    access_token_minutes: withDefault(
      wholeNumber(1, 525_600),
      '5',
      'How long the access token of a client that can refresh it is good. Other clients get one that does not expire. ' +
        'For accounts of Gangway only.',
    ),
    refresh_token_days: withDefault(
      wholeNumber(1, 3650),
      '365',
      'How long a refresh token is good that is not used. For accounts of Gangway only.',
    ),
    login_token_seconds: withDefault(
      wholeNumber(5, 3600),
      '120',
      'How long a token for one login on another device is good. For accounts of Gangway only.',
    ),
    limits: group(
      'How often one may log in before the answer is 429. Counted before any password is looked at.',
      {
        per_address: allowance(
          'Logins from one client address; as many questions how to log in (GET /login).',
          '30',
          '60',
          'Logins, right or wrong,',
        ),
        per_account: allowance(
          'Logins by one name of an account (its Matrix ID, or one of its addresses) that succeed.',
          '60',
          '60',
          'Logins',
        ),
        failures_per_account: allowance(
          'Failed logins by one name of an account, from one client address. Of all client addresses together, ten times as many ' +
            'fail before that name is locked for a while, for its owner too: keep it low against guessing, and high enough that ' +
            'few strangers have the addresses for that.',
          '10',
          '300',
          'Failed logins',
        ),
      },
      (keys) => ({
        perAddress: keys.per_address,
        perAccount: keys.per_account,
        failuresPerAccount: keys.failures_per_account,
      }),
    ),
    password_hashing: group(
      'Work on passwords (argon2id), which takes some 20 MiB of memory and tens of milliseconds each. For accounts of Gangway only.',
      {
        max_concurrent: withDefault(
          wholeNumber(1, 64),
          '1',
          'The most passwords that are worked on at a time. Each takes a whole processor: keep this below the number of processors, ' +
            'so that one is left for everything else. They share the threads of Node with SQLite: keep it below UV_THREADPOOL_SIZE, ' +
            'too, which is 4 where it is not set.',
        ),
        max_waiting: withDefault(
          wholeNumber(0, 10_000),
          '50',
          'The most that wait for their turn. A login beyond that is answered with 429 at once.',
        ),
      },
      (keys) => ({ maxConcurrent: keys.max_concurrent, maxWaiting: keys.max_waiting }),
    ),
  },
  (keys) => ({
    mode: keys.mode,
    publicUrl: keys.public_url,
    addresses: keys.addresses,
    wellKnown: keys.well_known,
    accessTokenMs: keys.access_token_minutes * 60_000,
    refreshTokenMs: keys.refresh_token_days * 86_400_000,
    loginTokenMs: keys.login_token_seconds * 1000,
    limits: keys.limits,
    passwordHashing: keys.password_hashing,
  }),
);
