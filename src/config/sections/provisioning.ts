import { baseUrl } from '../network-address.js';
import { group, required, withDefault } from '../setting.js';
import { Complaint, listOf, secretText, text, trueOrFalse, wholeNumber } from '../value.js';

const minSecretLength = 16;
const fresh =
  'Put a fresh random text of at least 16 characters here, such as the output of `openssl rand -base64 ' +
  '32`, and configure the same text in the callers of the API.';

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
        return new Complaint(`The provisioning API cannot be disabled. ${fresh}`);
      default:
        return checkSecret(input);
    }
  },
);

function checkSecret(input: string): Complaint | true {
  if (!/^[\x21-\x7e]*$/.test(input)) {
    return new Complaint(
      'The value (not shown here) contains a space or another character that is not safe in an HTTP header. ' + fresh,
    );
  }
  if (input.length >= minSecretLength) return true;
  return new Complaint(`The value (not shown here) has fewer than ${minSecretLength} characters. ${fresh}`);
}

/**
 * Returns the prefix without trailing slashes and without the version that belongs to the paths
 * below it.
 */
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
    return new Complaint(
      'Paths below /_matrix/mau are used by the health checks. Use /_matrix/provision, for example.',
    );
  }
  if (path === '/.well-known' || path.startsWith('/.well-known/')) {
    return new Complaint('Paths below /.well-known are already used. Use /_matrix/provision, for example.');
  }
  if (path === '/_matrix/client' || path.startsWith('/_matrix/client/')) {
    return new Complaint(
      'Paths below /_matrix/client are used by the Matrix login. Use /_matrix/provision, for example.',
    );
  }
  if (path === '/_matrix/identity' || path.startsWith('/_matrix/identity/') || path.startsWith('/_gangway')) {
    return new Complaint('These paths are used by the identity service. Use /_matrix/provision, for example.');
  }
  return path;
});

/** The provisioning API. */
export const provisioning = group(
  'The provisioning API, which logs Matrix users in to Telegram.',
  {
    prefix: withDefault(
      prefix,
      '/_matrix/provision',
      'The path prefix of the API. A slash, /v1 or /v3 at its end is ignored.',
    ),
    shared_secret: required(
      sharedSecret,
      'put-a-random-text-here',
      'The secret that callers send as `Authorization: Bearer <secret>`, at least 16 characters. A caller ' +
        'with this secret can act for every permitted user.',
    ),
    old_shared_secrets: withDefault(
      listOf(sharedSecret, 'texts of at least 16 characters'),
      [],
      'More secrets that are accepted, so that callers can change to a new secret without an interruption.',
    ),
    allow_matrix_auth: withDefault(
      trueOrFalse,
      'true',
      "Whether a Matrix user's own access token is accepted too, for that Matrix ID only.",
    ),
    allow_openid_auth: withDefault(
      trueOrFalse,
      'false',
      "Whether version 3 also accepts a Matrix user's OpenID token (`Authorization: openid:<token>`), for " +
        'that Matrix ID only. Clients send OpenID tokens to identity servers, integration managers and ' +
        'widgets: if enabled, each of these can log the user in to Telegram, log them out, and read their ' +
        'contacts. mautrix-manager uses an access token for the bridges of its own homeserver, and requires ' +
        'this only for bridges that another server lists as external.',
    ),
    well_known: withDefault(
      listOf(baseUrl, 'base URLs of bridges, such as https://bridges.example.com'),
      [],
      'The base URLs of the bridges that GET /.well-known/matrix/mautrix returns to mautrix-manager. Not ' +
        'served if empty. Include the address below which clients reach /_matrix/provision of Gangway. ' +
        'Configure the web server of homeserver.domain to route that path to Gangway.',
    ),
    enable_session_transfers: withDefault(
      trueOrFalse,
      'false',
      'Whether version 3 transfers the Telegram session of a login to the caller for good ' +
        '(`session_transfer/init`, `finish` and `cancel`). A program that holds a session is logged in as the ' +
        "user. With `allow_matrix_auth` or `allow_openid_auth`, a user's own token is sufficient.",
    ),
    failed_attempts: group(
      'How many wrong secrets or access tokens one client address may send before the reply is 429.',
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
