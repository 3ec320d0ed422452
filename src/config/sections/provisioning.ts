import { baseUrl } from '../network-address.js';
import { group, required, withDefault } from '../setting.js';
import { Complaint, listOf, secretText, text, trueOrFalse, wholeNumber } from '../value.js';

const minSecretLength = 16;
const fresh =
  'Put a fresh random text of at least 16 characters here, such as the output of `openssl rand -base64 32`, and give the ' +
  'same text to whatever calls the API.';

const sharedSecret = secretText(
  {
    expects: `a random text of at least ${minSecretLength} characters`,
    samples: ['put-a-random-text-here', 'Very secret shared secret'],
    todo: fresh,
  },
  (input) => {
    switch (input) {
      case 'generate':
        return new Complaint(`Gangway does not write secrets into its configuration. ${fresh}`);
      case 'disable':
        return new Complaint(`The provisioning API is what Gangway is for: it cannot be disabled. ${fresh}`);
      default:
        return checkSecret(input);
    }
  },
);

function checkSecret(input: string): Complaint | true {
  if (!/^[\x21-\x7e]*$/.test(input)) {
    return new Complaint(
      `The value (not shown here) holds a space or another character that an HTTP header does not carry faithfully. ${fresh}`,
    );
  }
  if (input.length >= minSecretLength) return true;
  return new Complaint(`The value (not shown here) has fewer than ${minSecretLength} characters. ${fresh}`);
}

/** A prefix without what is tolerated at its end: slashes, and the version that belongs to the paths below it. */
export function normalisePrefix(written: string): string {
  return written
    .replace(/\/+$/, '')
    .replace(/\/v[13]$/, '')
    .replace(/\/+$/, '');
}

const prefix = text({ expects: 'a path such as /_matrix/provision' }, (input) => {
  const path = normalisePrefix(input);
  if (/^https?:\/\//.test(input)) {
    return new Complaint(`${JSON.stringify(input)} is an address. Write its path only, such as /_matrix/provision.`);
  }
  if (!/^(\/[A-Za-z0-9._~-]+)+$/.test(path)) return undefined;
  if (path === '/_matrix/mau' || path.startsWith('/_matrix/mau/')) {
    return new Complaint('Paths below /_matrix/mau are taken by the health checks. /_matrix/provision is usual.');
  }
  if (path === '/.well-known' || path.startsWith('/.well-known/')) {
    return new Complaint('Paths below /.well-known are taken. /_matrix/provision is usual.');
  }
  if (path === '/_matrix/client' || path.startsWith('/_matrix/client/')) {
    return new Complaint('Paths below /_matrix/client are taken by the Matrix login. /_matrix/provision is usual.');
  }
  if (path === '/_matrix/identity' || path.startsWith('/_matrix/identity/') || path.startsWith('/_gangway')) {
    return new Complaint('Paths there are taken by the identity service. /_matrix/provision is usual.');
  }
  return path;
});

/** The provisioning API. */
export const provisioning = group(
  'The provisioning API, through which Matrix users are logged in to Telegram.',
  {
    prefix: withDefault(
      prefix,
      '/_matrix/provision',
      'The path below which the API is. A slash, /v1 or /v3 at the end is tolerated and left out.',
    ),
    shared_secret: required(
      sharedSecret,
      'put-a-random-text-here',
      'What callers send as `Authorization: Bearer <secret>`, at least 16 characters. Whoever has it acts for any permitted user.',
    ),
    old_shared_secrets: withDefault(
      listOf(sharedSecret, 'texts of at least 16 characters'),
      [],
      'Secrets that are accepted besides, so that callers can move to a new one without an interruption.',
    ),
    allow_matrix_auth: withDefault(
      trueOrFalse,
      'true',
      "Whether a Matrix user's own access token is accepted besides, for that user's own Matrix ID only.",
    ),
    allow_openid_auth: withDefault(
      trueOrFalse,
      'false',
      "Whether version 3 also accepts a Matrix user's OpenID token (`Authorization: openid:<token>`), for that user's own Matrix ID only. " +
        'Clients give OpenID tokens to identity servers, integration managers and widgets: if this is on, each of those can log the user ' +
        'in to Telegram, log them out, and read their contacts. mautrix-manager uses an access token for the bridges of its own ' +
        'homeserver, and needs this only for bridges that another server lists as external.',
    ),
    well_known: withDefault(
      listOf(baseUrl, 'base URLs of bridges, such as https://bridges.example.com'),
      [],
      'Where mautrix-manager finds the bridges of the server: when there is anything in this list, GET /.well-known/matrix/mautrix ' +
        'tells it. One is the address below which /_matrix/provision of Gangway is reached, as clients see it. Have the web server of ' +
        'homeserver.domain pass that path on to Gangway.',
    ),
    enable_session_transfers: withDefault(
      trueOrFalse,
      'false',
      'Whether version 3 gives the Telegram session of a login to the caller, for good (`session_transfer/init`, `finish` and `cancel`). A program ' +
        "that has a session is logged in as the user. With `allow_matrix_auth` or `allow_openid_auth`, a user's own token is enough.",
    ),
    failed_attempts: group(
      'How often a client address may present a wrong secret or access token before it is answered with 429.',
      {
        max: withDefault(wholeNumber(1, 1_000_000), '20', 'Wrong secrets and tokens within the window.'),
        window_seconds: withDefault(wholeNumber(1, 86_400), '60', 'How long a wrong secret or token counts.'),
      },
      (keys) => ({ max: keys.max, windowMs: keys.window_seconds * 1000 }),
    ),
  },
  (keys) => ({
    prefix: keys.prefix,
    sharedSecret: keys.shared_secret,
    oldSharedSecrets: keys.old_shared_secrets,
    allowMatrixAuth: keys.allow_matrix_auth,
    allowOpenIdAuth: keys.allow_openid_auth,
    wellKnown: keys.well_known,
    enableSessionTransfers: keys.enable_session_transfers,
    failedAttempts: keys.failed_attempts,
  }),
);
