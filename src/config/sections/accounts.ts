import { accountModes } from '../account-mode.js';
import { allowance } from '../allowance.js';
import { baseUrl } from '../network-address.js';
import { publicUrl } from '../public-url.js';
import { group, optional, required, withDefault } from '../setting.js';
import { Complaint, oneOf, text, trueOrFalse, wholeNumber } from '../value.js';

/**
 * How the server discovery information (`well_known`) in a login reply is handled: kept, dropped,
 * or replaced by the base URL `homeserver`.
 */
export type WellKnown = 'keep' | 'drop' | { readonly homeserver: string };

const wellKnown = text<WellKnown>({ expects: 'keep, drop, or an http:// or https:// address' }, (input) => {
  if (input === 'keep' || input === 'drop') return input;
  const read = baseUrl.safeParse(input);
  if (read.success) return { homeserver: read.data };
  const complaint = new Complaint(read.error.issues.map(({ message }) => message).join(' '));
  return URL.canParse(input) ? complaint : undefined;
});

/** Matrix login and the 3PIDs of Matrix accounts. */
export const accounts = group(
  'Matrix login and the 3PIDs of Matrix accounts: /_matrix/client/v3/login, ' +
    '/_matrix/client/v3/account/3pid and related endpoints.',
  {
    mode: required(
      oneOf(accountModes),
      accountModes.join(' | '),
      'Where the Matrix accounts of homeserver.domain are. relay: on the homeserver at homeserver.address; ' +
        'Gangway passes logins on to it. embedded: in Gangway; `gangway user add` creates them, and there ' +
        'must be no homeserver with this server name. off: Gangway does not serve the Matrix login API; its ' +
        'paths return 404 M_UNRECOGNIZED. If homeserver.address is set, it is used only to check access ' +
        'tokens.',
    ),
    public_url: optional(
      publicUrl,
      'https://matrix.example.com',
      'The https address at which clients reach Gangway, without /_matrix. It is part of the links in ' +
        'validation mails and of the URL to which clients submit codes. Defaults to identity.public_url. If ' +
        'neither is set, e-mail addresses cannot be validated for Matrix accounts.',
    ),
    addresses: group(
      'The e-mail addresses and phone numbers (3PIDs) of Matrix accounts. Messages are sent through the ' +
        'channels in the section delivery.',
      {
        changes: withDefault(
          trueOrFalse,
          'true',
          'Whether users may add and remove 3PIDs. When false, requests return M_FORBIDDEN. In relay mode this ' +
            'applies to the 3PIDs stored in Gangway; for its own, the homeserver decides.',
        ),
        post_without_authentication: withDefault(
          trueOrFalse,
          'true',
          'Whether the deprecated POST /account/3pid is served. It adds a 3PID without asking for the password, ' +
            'and old clients use it. When false, it returns 404 M_UNRECOGNIZED.',
        ),
        reveal_in_use: withDefault(
          trueOrFalse,
          'false',
          'Whether a client that is not logged in can find out that a 3PID belongs to an account. When false, ' +
            'the client gets the usual reply, and the owner of an e-mail address gets a mail.',
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
      'The server discovery information in a login reply. drop removes it, keep passes on what the ' +
        'homeserver sent, and a URL replaces it as the base URL of the homeserver. Clients switch to this ' +
        'base URL: with keep, they may bypass Gangway.',
    ),
    access_token_minutes: withDefault(
      wholeNumber(1, 525_600),
      '5',
      'How long an access token is valid if the client can refresh it. Other clients get a token that does ' +
        'not expire. Embedded mode only.',
    ),
    refresh_token_days: withDefault(
      wholeNumber(1, 3650),
      '365',
      'How long an unused refresh token is valid. Embedded mode only.',
    ),
    login_token_seconds: withDefault(
      wholeNumber(5, 3600),
      '120',
      'How long a token for one login on another device is valid. Embedded mode only.',
    ),
    limits: group(
      'How many logins are allowed before the reply is 429. Counted before the password is checked.',
      {
        per_address: allowance(
          'Logins from one client address. Requests for the login methods (GET /login) have a limit of their ' +
            'own of the same size.',
          '30',
          '60',
          'Logins, right or wrong,',
        ),
        per_account: allowance(
          'Successful logins with one account name (the Matrix ID or one of its 3PIDs).',
          '60',
          '60',
          'Logins',
        ),
        failures_per_account: allowance(
          'Failed logins with one account name, from one client address. If ten times as many fail from all ' +
            'client addresses together, that name is locked for a while, for its owner too. A low value prevents ' +
            'guessing. A high value makes it harder for an attacker to lock the account.',
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
      'Password hashing (argon2id). Each hash takes about 20 MiB of memory and tens of milliseconds. ' +
        'Embedded mode only.',
      {
        max_concurrent: withDefault(
          wholeNumber(1, 64),
          '1',
          'The maximum number of passwords hashed at a time. Each uses a whole processor: keep this below the ' +
            'number of processors, so that one is left for other work. SQLite uses the same Node threads: keep it ' +
            'below UV_THREADPOOL_SIZE too, which is 4 if unset.',
        ),
        max_waiting: withDefault(
          wholeNumber(0, 10_000),
          '50',
          'The maximum number of waiting logins. Further logins are rejected with 429 at once.',
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
