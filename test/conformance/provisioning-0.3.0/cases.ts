import { magicBotSecret, magicPasswords } from '../../../src/sandbox/world/magic.js';
import type { TelegramFailureDetails } from '../../../src/telegram/failure.js';
import { alice, authorization, sharedSecret, outsider } from '../../support/provisioning.js';
import { zeroCodeAccount } from '../../support/zero-code-telegram.js';
import type { CaseRequest, Deviation, Given, ReplayCase } from '../scenario.js';

/** Whose answers stand for the account of the transcript. */
export const accounts = {
  phone: '+9996620234',
  phoneWithoutUsername: '+9996622234',
  phoneWithPassword: '+9996621234',
  botToken: `2000020234:${magicBotSecret}`,
} as const;

const post = (step: string, body: unknown, mxid: string = alice): CaseRequest => ({
  method: 'POST',
  path: `/login/${mxid}/${step}`,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const requestCode = (phone: unknown = accounts.phone) => post('request_code', { phone });
const sendCode = (code: unknown = '22222') => post('send_code', { code });
const sendPassword = (password: unknown = magicPasswords.password.password) => post('send_password', { password });
const botToken = (token: unknown = accounts.botToken) => post('bot_token', { token });
const getMe: CaseRequest = { method: 'GET', path: `/${alice}/get_me` };

const codeRequested: Given = { asked: requestCode(), status: 200 };
const loggedIn: readonly Given[] = [codeRequested, { asked: sendCode(), status: 200 }];
const passwordAsked: readonly Given[] = [
  { asked: requestCode(accounts.phoneWithPassword), status: 200 },
  { asked: sendCode(), status: 202 },
];

const deviates = (ruling: number, status: number, body: Deviation['body']) => ({ deviation: { ruling, status, body } });
const withoutState = (status: number, error: string, errcode: string) => deviates(13, status, { error, errcode });
const secretInvalid = withoutState(401, 'Shared secret is not valid.', 'shared_secret_invalid');
const notWhitelisted = withoutState(403, 'You are not whitelisted.', 'mxid_not_whitelisted');
const jsonInvalid = withoutState(400, 'Invalid JSON.', 'json_invalid');
const jsonInvalidNow = deviates(18, 400, { error: 'Invalid JSON.', errcode: 'json_invalid' });
const phoneInvalid = deviates(20, 400, {
  state: 'request',
  error: 'Invalid phone number.',
  errcode: 'phone_number_invalid',
});
const codeMissing = (ruling: number) =>
  deviates(ruling, 400, {
    state: 'code',
    error: 'You must provide the code from your phone.',
    errcode: 'phone_code_missing',
  });
const passwordEmpty = deviates(6, 400, { state: 'password', error: 'Empty password.', errcode: 'password_empty' });
const tokenMissing = deviates(24, 400, {
  state: 'token',
  error: 'You must provide the token of your bot.',
  errcode: 'bot_token_missing',
});
const revoked = deviates(21, 401, {
  state: 'request',
  error: 'Telegram has ended this login. Please start again.',
  errcode: 'session_revoked',
});
const flooded = (state: string, what: string) =>
  deviates(10, 429, {
    state,
    error: `${what} Please wait for 1 minute and 1 second before trying again.`,
    errcode: 'flood_wait',
    retry_after: 61,
  });
/** The original has no number of seconds in it. */
const floodWaitWith = (seconds: number, duration: string) =>
  deviates(10, 429, {
    state: 'request',
    error: `Your phone number has been temporarily blocked for flooding. Please wait for ${duration} before trying again.`,
    errcode: 'flood_wait',
    retry_after: seconds,
  });

const body = (text: string): ReplayCase => ({ request: post('request_code', text) });
const requestFails = (fault: TelegramFailureDetails): ReplayCase => ({
  given: [{ telegramFails: 'sendCode', fault }],
  request: requestCode(),
});
const codeFails = (fault: TelegramFailureDetails): ReplayCase => ({
  given: [codeRequested, { telegramFails: 'signIn', fault }],
  request: sendCode(),
});
const passwordFails = (fault: TelegramFailureDetails): ReplayCase => ({
  given: [...passwordAsked, { telegramFails: 'checkPassword', fault }],
  request: sendPassword(),
});
const tokenFails = (fault: TelegramFailureDetails): ReplayCase => ({
  given: [{ telegramFails: 'signInBot', fault }],
  request: botToken(),
});
const minuteAndSecond: TelegramFailureDetails = { kind: 'flood_wait', retryAfterMs: 61_000 };

/** How to play each case of replay.json again, by its name there. */
export const cases: Readonly<Record<string, ReplayCase>> = {
  'no auth': { request: { ...requestCode(), authorization: null }, ...secretInvalid },
  "auth lower 'bearer'": {
    request: { ...requestCode(), authorization: authorization.replace('Bearer', 'bearer') },
    ...deviates(16, 200, { state: 'code', message: 'Code requested successfully.' }),
  },
  'auth raw secret': { request: { ...requestCode(), authorization: sharedSecret }, ...secretInvalid },
  'bad auth + bad json': { request: { ...post('request_code', '{'), authorization: 'Bearer x' }, ...secretInvalid },
  'bad json + not whitelisted': { request: post('request_code', '{', outsider), ...jsonInvalid },
  'not whitelisted': { request: post('request_code', { phone: accounts.phone }, outsider), ...notWhitelisted },
  'not whitelisted get_me': { request: { method: 'GET', path: `/${outsider}/get_me` }, ...notWhitelisted },
  "body ''": { ...body(''), ...jsonInvalid },
  "body '{}'": { ...body('{}'), ...jsonInvalid },
  "body 'null'": { ...body('null'), ...jsonInvalid },
  "body '[]'": { ...body('[]'), ...jsonInvalid },
  "body '0'": { ...body('0'), ...jsonInvalid },
  'body \'"x"\'': { ...body('"x"'), ...jsonInvalidNow },
  "body '[1]'": { ...body('[1]'), ...jsonInvalidNow },
  "body '5'": { ...body('5'), ...jsonInvalidNow },
  "body 'true'": { ...body('true'), ...jsonInvalidNow },
  'leading-zero int literal': { request: post('send_code', '{"code": 01234}'), ...jsonInvalid },
  'invalid utf8': {
    // {"phone": "<ff>"}
    request: { ...requestCode(), body: { base64: Buffer.from('{"phone": "\u00ff"}', 'latin1').toString('base64') } },
    ...jsonInvalidNow,
  },
  'text/plain CT': { request: { ...requestCode(), contentType: 'text/plain' } },
  'form CT': { request: { ...requestCode(), contentType: 'application/x-www-form-urlencoded' } },
  '2 MiB body': {
    request: { ...requestCode(), body: { repeat: ' ', times: 2 * 1024 * 1024 } },
    ...deviates(19, 413, { error: 'The request body is too large.', errcode: 'unhandled_http_413' }),
  },
  'empty mxid': {
    request: post('request_code', { phone: accounts.phone }, ''),
    ...deviates(5, 400, { error: 'User ID not given.', errcode: 'mxid_empty' }),
  },
  'bad mxid': {
    request: post('request_code', { phone: accounts.phone }, 'alice'),
    ...deviates(5, 400, { error: 'Invalid user ID.', errcode: 'mxid_invalid' }),
  },
  'pct-encoded mxid': { request: post('request_code', { phone: accounts.phone }, '%40e%3Aok') },
  'mxid with slash': { request: post('request_code', { phone: accounts.phone }, '@a/b:ok') },
  'wrong method': {
    request: { method: 'GET', path: `/login/${alice}/request_code` },
    ...deviates(19, 405, { error: 'This endpoint does not have that method.', errcode: 'unhandled_http_405' }),
  },
  'unknown path': {
    request: post('nonsense', {}),
    ...deviates(19, 404, {
      error: 'There is no such endpoint. Please check the base URL.',
      errcode: 'unhandled_http_404',
    }),
  },
  'GET get_me with no login': {
    request: getMe,
    ...withoutState(403, 'You are not logged in.', 'not_logged_in'),
  },
  'get_me ok': {
    given: loggedIn,
    request: getMe,
    ...deviates(23, 200, {
      username: '{username}',
      first_name: '{first_name}',
      last_name: '{last_name}',
      phone: '{phone}',
      is_bot: false,
      id: '{id}',
    }),
  },
  'get_me revoked (cached auth)': {
    given: [...loggedIn, { sessionsEnd: 'revoked' }],
    request: getMe,
    ...deviates(23, 403, { error: 'You are not logged in.', errcode: 'not_logged_in' }),
  },
  '409 with username': {
    given: loggedIn,
    request: requestCode(),
    ...deviates(12, 409, {
      state: 'logged-in',
      username: '{username}',
      phone: '{phone}',
      error: 'You are already logged in.',
      errcode: 'already_logged_in',
    }),
  },
  '409 no username': {
    given: [
      { asked: requestCode(accounts.phoneWithoutUsername), status: 200 },
      { asked: sendCode(), status: 200 },
    ],
    request: requestCode(),
    ...deviates(12, 409, {
      state: 'logged-in',
      username: null,
      phone: accounts.phoneWithoutUsername.slice(1),
      error: 'You are already logged in.',
      errcode: 'already_logged_in',
    }),
  },
  'request ok': { request: requestCode() },
  'phone missing key': { request: post('request_code', { telephone: accounts.phone }), ...phoneInvalid },
  'phone null': { request: requestCode(null), ...phoneInvalid },
  'phone int': { request: requestCode(Number(accounts.phone)) },
  'phone letters': { request: requestCode('abc'), ...phoneInvalid },
  'request PhoneNumberInvalid': requestFails({ kind: 'phone_number_invalid' }),
  'request PhoneNumberBanned': requestFails({ kind: 'phone_number_banned' }),
  'request PhoneNumberAppSignupForbidden': requestFails({ kind: 'phone_number_app_signup_forbidden' }),
  'request PhoneNumberUnoccupied': requestFails({ kind: 'phone_number_unoccupied' }),
  'request PhoneNumberFlood': requestFails({ kind: 'phone_number_flood' }),
  'request PhonePasswordFlood': {
    // The port reports PHONE_PASSWORD_FLOOD as this.
    ...requestFails({ kind: 'phone_number_flood' }),
    ...deviates(21, 429, {
      state: 'request',
      error:
        'Your phone number has been temporarily blocked for flooding. The ban is usually applied for around a day.',
      errcode: 'phone_number_flood',
    }),
  },
  'request AuthKeyUnregistered': { ...requestFails({ kind: 'session_dead', reason: 'revoked' }), ...revoked },
  'request FloodWait 61': { ...requestFails(minuteAndSecond), ...floodWaitWith(61, '1 minute and 1 second') },
  'request FloodWait 3600': {
    ...requestFails({ kind: 'flood_wait', retryAfterMs: 3_600_000 }),
    ...floodWaitWith(3600, '1 hour'),
  },
  'request FloodWait 90061': {
    ...requestFails({ kind: 'flood_wait', retryAfterMs: 90_061_000 }),
    ...floodWaitWith(90_061, '1 day, 1 hour, 1 minute and 1 second'),
  },
  'request FloodWait 77264': {
    ...requestFails({ kind: 'flood_wait', retryAfterMs: 77_264_000 }),
    ...floodWaitWith(77_264, '21 hours, 27 minutes and 44 seconds'),
  },
  'request x1': { request: requestCode() },
  'request x2 same phone': {
    given: [codeRequested],
    request: requestCode(),
    ...deviates(22, 200, {
      state: 'code',
      message: 'A code is already on its way. You can request another one in 1 minute.',
    }),
  },
  'send_code before request': {
    request: sendCode(),
    ...deviates(9, 400, {
      state: 'request',
      error: 'Please request a phone code first.',
      errcode: 'phone_code_not_requested',
    }),
  },
  'code int': { given: [codeRequested], request: sendCode(22222) },
  'code str leading zero': {
    given: [{ asked: requestCode(zeroCodeAccount.phone), status: 200 }],
    request: sendCode(zeroCodeAccount.code),
    accountOf: zeroCodeAccount.phone,
  },
  'code float': { given: [codeRequested], request: post('send_code', '{"code": 22222.0}') },
  'code list': { given: [codeRequested], request: sendCode(['2']), ...codeMissing(7) },
  'code spaces': { given: [codeRequested], request: sendCode(' 22 222 ') },
  'code missing': { given: [codeRequested], request: post('send_code', { kode: '22222' }), ...codeMissing(8) },
  'code 0': {
    given: [codeRequested],
    request: sendCode(0),
    ...deviates(7, 401, { state: 'code', error: 'Incorrect phone code.', errcode: 'phone_code_invalid' }),
  },
  "code ''": { given: [codeRequested], request: sendCode(''), ...codeMissing(8) },
  'code PhoneCodeInvalid': codeFails({ kind: 'phone_code_invalid' }),
  'code PhoneCodeExpired': codeFails({ kind: 'phone_code_expired' }),
  'code PhoneCodeEmpty': {
    // The port reports PHONE_CODE_EMPTY as this.
    ...codeFails({ kind: 'phone_code_invalid' }),
    ...deviates(21, 401, { state: 'code', error: 'Incorrect phone code.', errcode: 'phone_code_invalid' }),
  },
  'code PhoneNumberUnoccupied': {
    ...codeFails({ kind: 'phone_number_unoccupied' }),
    ...deviates(15, 404, {
      state: 'request',
      error: 'That phone number has not been registered.',
      errcode: 'phone_number_unoccupied',
    }),
  },
  'code SessionPasswordNeeded': {
    given: [{ asked: requestCode(accounts.phoneWithPassword), status: 200 }],
    request: sendCode(),
  },
  'code FloodWait': {
    ...codeFails(minuteAndSecond),
    ...flooded('code', 'You tried to enter your phone code too many times.'),
  },
  'code ok, no username': {
    given: [{ asked: requestCode(accounts.phoneWithoutUsername), status: 200 }],
    request: sendCode(),
    ...deviates(13, 200, { state: 'logged-in', username: null }),
  },
  'pw before anything': {
    request: sendPassword(),
    ...deviates(9, 400, {
      state: 'request',
      error: 'Please request a new phone code and enter it first.',
      errcode: 'phone_code_not_entered',
    }),
  },
  'pw empty': { given: passwordAsked, request: sendPassword(''), ...passwordEmpty },
  'pw missing': { given: passwordAsked, request: post('send_password', { secret: 'x' }), ...passwordEmpty },
  'pw int': { given: passwordAsked, request: sendPassword(5), ...passwordEmpty },
  'pw PasswordEmpty': { given: passwordAsked, request: sendPassword('') },
  'pw PasswordHashInvalid': passwordFails({ kind: 'password_invalid' }),
  'pw SessionRevoked': { ...passwordFails({ kind: 'session_dead', reason: 'revoked' }), ...revoked },
  'pw FloodWait': {
    ...passwordFails(minuteAndSecond),
    ...flooded('password', 'You tried to enter your password too many times.'),
  },
  'pw ok': { given: passwordAsked, request: sendPassword() },
  'bot ok': { request: botToken() },
  'bot empty': { request: botToken(''), ...tokenMissing },
  'bot missing': { request: post('bot_token', { tokken: 'x' }), ...tokenMissing },
  'bot AccessTokenInvalid': tokenFails({ kind: 'bot_token_invalid' }),
  'bot AccessTokenExpired': {
    ...tokenFails({ kind: 'bot_token_expired' }),
    ...deviates(3, 401, { state: 'token', error: 'Bot token expired.', errcode: 'bot_token_expired' }),
  },
  'bot FloodWait': {
    ...tokenFails(minuteAndSecond),
    ...flooded('token', 'You tried to log in too many times.'),
  },
};
