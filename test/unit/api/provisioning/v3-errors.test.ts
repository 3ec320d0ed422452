import { describe, expect, it } from 'vitest';
import { operationErrors, type OperationName } from '../../../../src/api/provisioning-v3/error-shapes.js';
import { wireErrors } from '../../../../src/api/provisioning-v3/errors.js';
import { VersionFailure, type VersionFailureDetails } from '../../../../src/api/provisioning-v3/failure.js';
import { provisioningV3Contracts } from '../../../../src/api/provisioning-v3/index.js';
import { toErrorReply, toHttpErrorReply } from '../../../../src/api/provisioning-v3/to-error-reply.js';
import { HttpFailure } from '../../../../src/http/problem.js';
import { TransferFailure, type TransferFailureDetails } from '../../../../src/sessions/transfers.js';
import { answerTo } from '../../../support/error-answers.js';
import {
  accountFailures,
  failuresOf,
  httpFailures,
  loginFailures,
  plain,
  processFailures,
  proofFailures,
  type Failures,
} from '../../../support/provisioning-failures.js';

type Kind = keyof typeof wireErrors;

const failures: Failures<Kind> = {
  ...loginFailures,
  ...processFailures,
  ...accountFailures,
  ...proofFailures,
  ...httpFailures,
  ...failuresOf<VersionFailureDetails>(
    (fault) => new VersionFailure(fault),
    plain('user_id_missing', 'user_id_invalid', 'user_id_not_own', 'flow_unknown', 'no_bridge_attached'),
  ),
  ...failuresOf<TransferFailureDetails>(
    (fault) => new TransferFailure(fault),
    plain('transfer_login_unknown', 'transfer_unsupported', 'transfer_session_held', 'transfer_not_begun'),
  ),
  token_missing: new HttpFailure({ kind: 'unauthorized', isMissing: true }),
};

type Expected = readonly [status: number, errcode: string, error: string, retryAfterMs?: number];

const badState: Expected = [400, 'M_BAD_STATE', 'The login is not at this step'];
const loginNotFound: Expected = [404, 'M_NOT_FOUND', 'Login not found'];
const sessionHeld: Expected = [
  409,
  'GANGWAY.SESSION_HELD',
  'The Telegram session of this login is being handed over to the bridge, or used by another program. Please try again later',
];

/** The whole answer to each failure. */
const expected: Readonly<Record<Kind, Expected>> = {
  phone_number_invalid: [400, 'FI.MAU.TELEGRAM.PHONE_NUMBER_INVALID', 'Invalid phone number'],
  phone_number_banned: [403, 'FI.MAU.TELEGRAM.PHONE_NUMBER_BANNED', 'Your phone number is banned from Telegram'],
  phone_number_unoccupied: [
    400,
    'FI.MAU.TELEGRAM.PHONE_NUMBER_UNOCCUPIED',
    'That phone number has not been registered',
  ],
  phone_number_app_signup_forbidden: [
    403,
    'FI.MAU.TELEGRAM.PHONE_NUMBER_APP_SIGNUP_FORBIDDEN',
    'You have disabled 3rd party apps on your account',
  ],
  phone_number_flood: [
    429,
    'FI.MAU.TELEGRAM.PHONE_NUMBER_FLOOD',
    'Your phone number has been temporarily blocked for flooding, usually for around a day',
  ],
  flood_wait: [
    429,
    'FI.MAU.TELEGRAM.FLOOD_WAIT',
    'Telegram limits these requests. Try again in 2 minutes and 1 second',
    120_001,
  ],
  phone_code_invalid: [400, 'FI.MAU.TELEGRAM.PHONE_CODE_INVALID', 'Incorrect code'],
  login_email_required: [
    403,
    'FI.MAU.TELEGRAM.LOGIN_EMAIL_REQUIRED',
    'Telegram sends no codes to accounts without a login e-mail address. Set one up in the Telegram app, or log in with a QR code',
  ],
  payment_required: [
    403,
    'FI.MAU.TELEGRAM.PAYMENT_REQUIRED',
    'Telegram requires a payment to send a code to this number. Log in with the Telegram app first, or log in with a QR code',
  ],
  phone_code_unavailable: [
    403,
    'FI.MAU.TELEGRAM.PHONE_CODE_UNAVAILABLE',
    'Telegram cannot send a code to this number at the moment. Try again later, or log in with a QR code',
  ],
  phone_code_expired: [400, 'FI.MAU.TELEGRAM.PHONE_CODE_EXPIRED', 'The code has expired. Request a new one'],
  password_invalid: [400, 'FI.MAU.TELEGRAM.PASSWORD_INVALID', 'Incorrect password'],
  bot_token_invalid: [400, 'FI.MAU.TELEGRAM.BOT_TOKEN_INVALID', 'Invalid bot token'],
  bot_token_expired: [
    400,
    'FI.MAU.TELEGRAM.BOT_TOKEN_EXPIRED',
    'The bot token has expired. Get a new one from @BotFather',
  ],
  login_revoked: [410, 'FI.MAU.TELEGRAM.LOGIN_REVOKED', 'Telegram has ended this login. Please start again'],
  telegram_unreachable: [
    503,
    'FI.MAU.TELEGRAM.UNREACHABLE',
    'Telegram is unreachable at the moment. Please try again later',
  ],
  telegram_rejected_us: [
    502,
    'FI.MAU.TELEGRAM.BRIDGE_REJECTED',
    'Telegram does not accept this bridge. Please contact its administrator',
  ],
  bridge_unreachable: [
    503,
    'GANGWAY.BRIDGE_UNREACHABLE',
    'The bridge is unreachable at the moment. Please try again later',
  ],
  bridge_refused: [502, 'GANGWAY.BRIDGE_REFUSED', 'The bridge returned an error: Try later'],
  bridge_request_rejected: [422, 'M_SOMETHING', 'Try otherwise'],
  chats_unavailable: [
    501,
    'GANGWAY.CHATS_UNAVAILABLE',
    'The bridge holds the Telegram session of this login, and cannot list chats',
  ],
  session_held: sessionHeld,
  telegram_error: [502, 'FI.MAU.TELEGRAM.REFUSED', 'Telegram refused with the error SOME_NAME'],
  account_deactivated: [
    403,
    'FI.MAU.TELEGRAM.ACCOUNT_DEACTIVATED',
    'Telegram has deactivated or banned this account. If this is a mistake, write to recover@telegram.org',
  ],
  account_frozen: [
    403,
    'FI.MAU.TELEGRAM.ACCOUNT_FROZEN',
    'Telegram has frozen this account. Open the Telegram app to see the reason and to appeal',
  ],
  asked_too_often: [429, 'M_LIMIT_EXCEEDED', 'Too many login attempts. Try again in 1 minute', 60_000],
  not_permitted: [403, 'M_FORBIDDEN', 'User does not have login permissions'],
  owner_deactivated: [
    403,
    'M_USER_DEACTIVATED',
    'Your Matrix account is deactivated. Log in to Matrix with another account',
  ],
  already_logged_in: [409, 'FI.MAU.TELEGRAM.ALREADY_LOGGED_IN', 'You are already logged in to this Telegram account'],
  not_logged_in: [400, 'FI.MAU.NOT_LOGGED_IN', 'You are not logged in'],
  telegram_account_taken: [
    409,
    'FI.MAU.TELEGRAM.ACCOUNT_TAKEN',
    'Another Matrix user is logged in to this Telegram account. Log out there first',
  ],
  phone_code_missing: [400, 'M_MISSING_PARAM', 'The code is missing'],
  phone_code_not_requested: badState,
  phone_code_not_entered: badState,
  password_empty: [400, 'M_MISSING_PARAM', 'The password is missing'],
  bot_token_missing: [400, 'M_MISSING_PARAM', 'The bot token is missing'],
  login_unknown: loginNotFound,
  login_cancelled: [410, 'FI.MAU.BRIDGE.LOGIN_CANCELLED', 'The login was cancelled. Please start again'],
  login_timed_out: [410, 'FI.MAU.BRIDGE.LOGIN_TIMED_OUT', 'The login took too long. Please start again'],
  login_finished: [410, 'FI.MAU.BRIDGE.LOGIN_ALREADY_FINISHED', 'The login is complete already'],
  wrong_step: badState,
  resend_unavailable: [
    400,
    'FI.MAU.TELEGRAM.RESEND_UNAVAILABLE',
    'Telegram cannot send the code another way. Enter the code that was sent',
  ],
  too_many_accounts: [403, 'FI.MAU.BRIDGE.TOO_MANY_LOGINS', 'Maximum number of logins exceeded (3)'],
  other_telegram_account: [
    409,
    'FI.MAU.TELEGRAM.OTHER_ACCOUNT',
    'This is not the Telegram account to log in to again. Please start again with the same account',
  ],
  account_unknown: loginNotFound,
  identifier_unknown: [404, 'M_NOT_FOUND', 'No Telegram user has this identifier'],
  identifier_not_user: [400, 'FI.MAU.TELEGRAM_ID_NOT_USER', 'Identifier is not a user'],
  number_missing: [403, 'GANGWAY.PHONE_NUMBER_MISSING', 'This Telegram account is a bot and has no phone number'],
  account_missing: [403, 'GANGWAY.MATRIX_ACCOUNT_MISSING', 'This user ID has no Matrix account on this server'],
  number_in_use: [
    409,
    'GANGWAY.PHONE_NUMBER_IN_USE',
    'This phone number belongs to another Matrix account. Remove it there first',
  ],
  number_unchecked: [
    503,
    'GANGWAY.PHONE_NUMBER_UNCHECKED',
    'It cannot be checked at the moment whether this phone number is in use. Please try again later',
  ],
  login_over: loginNotFound,
  transfer_login_unknown: [404, 'M_NOT_FOUND', 'No matching user login found'],
  transfer_unsupported: [404, 'M_UNRECOGNIZED', 'This bridge does not support exporting credentials'],
  transfer_session_held: sessionHeld,
  transfer_not_begun: [400, 'M_BAD_STATE', 'No matching credential export found'],
  user_id_missing: [400, 'M_MISSING_PARAM', 'The query parameter user_id is missing'],
  user_id_invalid: [400, 'M_INVALID_PARAM', 'The query parameter user_id is not a Matrix ID'],
  user_id_not_own: [403, 'M_FORBIDDEN', 'Your token is valid for your own user ID only'],
  flow_unknown: [404, 'M_NOT_FOUND', 'Invalid login flow ID'],
  no_bridge_attached: [
    501,
    'GANGWAY.NO_BRIDGE_ATTACHED',
    'This server logs in to Telegram only: no bridge is attached to it',
  ],
  token_missing: [401, 'M_MISSING_TOKEN', 'Missing auth token'],
  unauthorized: [401, 'M_UNKNOWN_TOKEN', 'Invalid auth token'],
  address_refused: [403, 'M_FORBIDDEN', 'Requests from your IP address are not allowed'],
  too_many_attempts: [429, 'M_LIMIT_EXCEEDED', 'Too many invalid auth tokens. Try again in 1 minute', 60_000],
  authentication_unavailable: [503, 'M_UNKNOWN', 'Your token cannot be checked at the moment. Please try again later'],
  body_not_json: [400, 'M_NOT_JSON', 'Content is not JSON'],
  body_unfit: [400, 'M_BAD_JSON', 'Content is not a JSON object with the expected members'],
  body_too_large: [413, 'M_TOO_LARGE', 'Content is too large'],
  server_busy: [503, 'M_UNKNOWN', 'Too many requests are being received. Please try again later'],
  body_encoded: [415, 'M_UNKNOWN', 'Content must not have a Content-Encoding'],
  path_malformed: [400, 'M_INVALID_PARAM', 'The path is not percent-encoded correctly'],
  route_unknown: [404, 'M_UNRECOGNIZED', 'Unrecognized request'],
  method_not_allowed: [405, 'M_UNRECOGNIZED', 'Unrecognized request'],
  upgrade_required: [426, 'M_UNRECOGNIZED', 'Unrecognized request'],
  too_many_open: [503, 'M_UNKNOWN', 'Too many connections are open. Please try again later'],
  unavailable: [503, 'M_UNKNOWN', 'The database is unreachable at the moment. Please try again later'],
  defect: [500, 'M_UNKNOWN', 'Internal server error'],
};

const handling = { problem: toHttpErrorReply, failure: toErrorReply };
const names = Object.keys(operationErrors) as OperationName[];
const kinds = Object.keys(wireErrors) as Kind[];

function expectedReply([status, errcode, error, retryAfterMs]: Expected) {
  const body = { errcode, error, ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }) };
  return {
    text: `${status} ${JSON.stringify(body)}`,
    retryAfter: retryAfterMs && String(Math.ceil(retryAfterMs / 1000)),
  };
}

describe('version 3', () => {
  it.each(kinds)('returns %s with its status, errcode and text', (kind) => {
    const failure = failures[kind];
    const reply = failure instanceof HttpFailure ? toHttpErrorReply(failure.details) : toErrorReply(failure);
    const { text, retryAfter } = expectedReply(expected[kind]);
    expect(`${reply?.status} ${JSON.stringify(reply?.body)}`).toBe(text);
    expect(reply?.headers?.['Retry-After']).toBe(retryAfter);
  });

  const rows = names.flatMap((name) => operationErrors[name].map((kind) => [name, kind] as const));
  it.each(rows)('%s returns %s, and declares it', (name, kind) => {
    const contract = provisioningV3Contracts.find((one) => one.name === name) ?? expect.unreachable(name);
    const answer = answerTo(failures[kind], contract, handling) ?? expect.unreachable(kind);
    if (!('body' in answer)) expect.unreachable('a page');
    expect(`${answer.status} ${JSON.stringify(answer.body)}`).toBe(expectedReply(expected[kind]).text);
  });
});
