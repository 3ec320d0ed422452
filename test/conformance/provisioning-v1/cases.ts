import { magicPasswords } from '../../../src/sandbox/world/magic.js';
import type { TelegramFailureDetails } from '../../../src/telegram/failure.js';
import { alice, plainSecret, outsider } from '../../support/provisioning.js';
import { accounts } from '../provisioning-0.3.0/cases.js';
import type { Body, CaseRequest, Given, ReplayCase } from '../scenario.js';

const post = (rest: string, body?: unknown, mxid: string = alice): CaseRequest => ({
  method: 'POST',
  path: `/v1/user/${mxid}/${rest}`,
  ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
});
const get = (rest: string): CaseRequest => ({ method: 'GET', path: `/v1/user/${alice}${rest}` });
const requestCode = (phone: unknown = accounts.phone) => post('login/request_code', { phone });
const sendCode = (code: unknown = '22222') => post('login/send_code', { code });
const { password } = magicPasswords.password;
const sendPassword = (given: unknown = password) => post('login/send_password', { password: given });
const botToken = (token: unknown = accounts.botToken) => post('login/bot_token', { token });

const codeRequested: Given = { asked: requestCode(), status: 200 };
const loggedIn: readonly Given[] = [codeRequested, { asked: sendCode(), status: 200 }];
const passwordAsked: readonly Given[] = [
  { asked: requestCode(accounts.phoneWithPassword), status: 200 },
  { asked: sendCode(), status: 202 },
];
const minuteAndSecond: TelegramFailureDetails = { kind: 'flood_wait', retryAfterMs: 61_000 };

const deviates = (ruling: number, status: number, body: Body) => ({ deviation: { ruling, status, body } });
const failing = (
  operation: 'sendCode' | 'signIn' | 'checkPassword' | 'signInBot',
  fault: TelegramFailureDetails,
): ReplayCase => {
  const fails: Given = { telegramFails: operation, fault };
  switch (operation) {
    case 'sendCode':
      return { given: [fails], request: requestCode() };
    case 'signIn':
      return { given: [codeRequested, fails], request: sendCode() };
    case 'checkPassword':
      return { given: [...passwordAsked, fails], request: sendPassword() };
    case 'signInBot':
      return { given: [fails], request: botToken() };
  }
};
const code = { delivery: 'app', length: 5, next_delivery: 'sms', resend_after: 60, is_new: true };
const contact = {
  name: '{first_name} {last_name}',
  username: '{username}',
  phone: '{phone}',
  is_bot: false,
  avatar_url: null,
};
const noBridge = deviates(10, 501, {
  error: 'This server logs in to Telegram only: no bridge is attached to it.',
  errcode: 'no_bridge_attached',
});
const noPortal = deviates(10, 404, {
  error: 'Portal not found: no bridge is attached.',
  errcode: 'portal_not_found',
});
const flooded = (state: string, what: string) =>
  deviates(3, 429, {
    state,
    error: `${what} Please wait for 1 minute and 1 second before trying again.`,
    errcode: 'flood_wait',
    retry_after: 61,
  });
/** The contact that the account of the other cases has. */
const acquaintance = '+9996620235';
const portal = (method: 'GET' | 'POST', rest: string): CaseRequest => ({
  method,
  path: `/v1/portal/${rest}?user_id=${alice}`,
});

const qr = (webSocket: NonNullable<CaseRequest['webSocket']>): CaseRequest => ({ ...get('/login/qr'), webSocket });
const qrProtocols = (secret: string) => ['net.maunium.telegram.login', `net.maunium.telegram.auth-${secret}`];
const notThere = deviates(19, 404, { error: 'Unhandled HTTP 404', errcode: 'unhandled_http_404' });
const alreadyLoggedIn = deviates(2, 409, {
  state: 'logged-in',
  username: '{username}',
  phone: '{phone}',
  error: 'You are already logged in.',
  errcode: 'already_logged_in',
});

/** How to play each case of transcript.json again, by its name there. */
export const cases: Readonly<Record<string, ReplayCase>> = {
  'bridge, no secret': { request: { method: 'GET', path: '/v1/bridge', authorization: null } },
  'no secret': { request: { ...requestCode(), authorization: null } },
  'empty mxid': { request: post('login/request_code', { phone: accounts.phone }, '') },
  'bad mxid': { request: post('login/request_code', { phone: accounts.phone }, 'alice') },
  'unknown path': { request: { method: 'GET', path: '/v1/nonsense' } },
  'wrong method': { request: { method: 'GET', path: `/v1/user/${alice}/login/request_code` } },
  'body null': { request: post('login/request_code', 'null') },
  'body that is no JSON': { request: post('login/request_code', '{') },
  'body that is no object': {
    request: post('login/request_code', '[1]'),
    ...deviates(8, 400, { error: 'Invalid JSON.', errcode: 'json_invalid' }),
  },
  'not whitelisted': {
    request: post('login/request_code', { phone: accounts.phone }, outsider),
    ...deviates(1, 403, { error: 'You are not whitelisted.', errcode: 'mxid_not_whitelisted' }),
  },
  'user, logged out': { request: get('') },
  'user, logged in': { given: loggedIn, request: get('') },
  'user, session ended at Telegram': { given: [...loggedIn, { sessionsEnd: 'revoked' }], request: get('') },
  'user, percent-encoded, with user_id': {
    request: { method: 'GET', path: `/v1/user/${encodeURIComponent(alice)}?user_id=@dimension:example.org` },
  },
  request_code: {
    request: requestCode(),
    ...deviates(5, 200, {
      state: 'code',
      message: 'Code requested successfully. Check your SMS or Telegram app and enter the code below.',
      code,
    }),
  },
  'request_code, no phone': { request: requestCode('') },
  'request_code, {}': { request: post('login/request_code', {}) },
  'request_code, PhoneNumberInvalid': failing('sendCode', { kind: 'phone_number_invalid' }),
  'request_code, PhoneNumberBanned': failing('sendCode', { kind: 'phone_number_banned' }),
  'request_code, PhoneNumberAppSignupForbidden': failing('sendCode', { kind: 'phone_number_app_signup_forbidden' }),
  'request_code, PhoneNumberUnoccupied': failing('sendCode', { kind: 'phone_number_unoccupied' }),
  'request_code, PhoneNumberFlood': failing('sendCode', { kind: 'phone_number_flood' }),
  'request_code, FloodWait 61': {
    ...failing('sendCode', minuteAndSecond),
    ...flooded('request', 'Your phone number has been temporarily blocked for flooding.'),
  },
  'request_code, logged in': { given: loggedIn, request: requestCode(), ...alreadyLoggedIn },
  send_code: { given: [codeRequested], request: sendCode() },
  'send_code, as an integer': { given: [codeRequested], request: sendCode(22222) },
  'send_code, account without username': {
    given: [{ asked: requestCode(accounts.phoneWithoutUsername), status: 200 }],
    request: sendCode(),
    accountOf: accounts.phoneWithoutUsername,
  },
  'send_code, 2FA': {
    given: [{ asked: requestCode(accounts.phoneWithPassword), status: 200 }],
    request: sendCode(),
    ...deviates(5, 202, {
      state: 'password',
      message: 'Code accepted, but you have 2-factor authentication enabled. Please enter your password.',
      hint: magicPasswords.password.hint,
    }),
  },
  'send_code, missing': { given: [codeRequested], request: post('login/send_code', {}) },
  'send_code, PhoneCodeInvalid': failing('signIn', { kind: 'phone_code_invalid' }),
  'send_code, PhoneCodeExpired': failing('signIn', { kind: 'phone_code_expired' }),
  'send_code, PhoneNumberUnoccupied': {
    ...failing('signIn', { kind: 'phone_number_unoccupied' }),
    ...deviates(14, 403, {
      state: 'request',
      error: 'That phone number has not been registered.',
      errcode: 'phone_number_unoccupied',
    }),
  },
  'send_code, FloodWait 61': {
    ...failing('signIn', minuteAndSecond),
    ...flooded('code', 'You tried to enter your phone code too many times.'),
  },
  'send_code, before request_code': {
    request: sendCode(),
    ...deviates(3, 400, {
      state: 'request',
      error: 'Please request a phone code first.',
      errcode: 'phone_code_not_requested',
    }),
  },
  send_password: { given: passwordAsked, request: sendPassword(), accountOf: accounts.phoneWithPassword },
  'send_password, PasswordHashInvalid': failing('checkPassword', { kind: 'password_invalid' }),
  'send_password, blanks at both ends': {
    given: passwordAsked,
    request: sendPassword(` ${password} `),
    ...deviates(4, 401, { state: 'password', error: 'Incorrect password.', errcode: 'password_invalid' }),
  },
  'send_password, empty': { given: passwordAsked, request: sendPassword('') },
  'send_password, before send_code': { given: [codeRequested], request: sendPassword() },
  'send_password, SessionRevoked': {
    ...failing('checkPassword', { kind: 'session_dead', reason: 'revoked' }),
    ...deviates(14, 401, {
      state: 'request',
      error:
        'Please try again. Login cancelled because your other sessions were terminated via the Telegram app, or by Telegram.',
      errcode: 'session_revoked',
    }),
  },
  'send_password, FloodWait 61': {
    ...failing('checkPassword', minuteAndSecond),
    ...flooded('password', 'You tried to enter your password too many times.'),
  },
  bot_token: { request: botToken(), accountOf: accounts.botToken },
  'bot_token, AccessTokenInvalid': failing('signInBot', { kind: 'bot_token_invalid' }),
  'bot_token, AccessTokenExpired': failing('signInBot', { kind: 'bot_token_expired' }),
  'bot_token, other error': {
    ...failing('signInBot', { kind: 'unknown_error', name: 'SOME_NAME' }),
    ...deviates(3, 502, {
      state: 'token',
      error: 'Telegram refused with the error SOME_NAME.',
      errcode: 'telegram_refused',
    }),
  },
  'qr, scanned': { request: qr({ meanwhile: [{ scannedBy: accounts.phone }] }) },
  'qr, scanned, 2FA': { request: qr({ meanwhile: [{ scannedBy: accounts.phoneWithPassword }] }) },
  'qr, not scanned': { request: qr({ meanwhile: Array.from({ length: 4 }, () => ({ passesMs: 30_000 })) }) },
  'qr, secret as a subprotocol': {
    request: {
      ...qr({ protocols: qrProtocols(plainSecret), meanwhile: [{ scannedBy: accounts.phone }] }),
      authorization: null,
    },
  },
  'qr, wrong secret': { request: { ...qr({ protocols: qrProtocols('wrong'), meanwhile: [] }), authorization: null } },
  'qr, no secret': {
    request: { ...qr({ meanwhile: [] }), authorization: null },
    ...deviates(15, 401, { error: 'Shared secret is not valid.', errcode: 'shared_secret_invalid' }),
  },
  'qr, logged in': { given: loggedIn, request: qr({ meanwhile: [] }), ...alreadyLoggedIn },
  'logout, no body': { given: loggedIn, request: post('logout') },
  'logout, logged out': { request: post('logout') },
  'chats, logged out': { request: get('/chats') },
  chats: { given: loggedIn, request: get('/chats'), accountOf: acquaintance },
  'contacts, logged out': { request: get('/contacts') },
  contacts: {
    given: loggedIn,
    request: get('/contacts'),
    accountOf: acquaintance,
    ...deviates(11, 200, { '{id}': contact }),
  },
  resolve_identifier: {
    given: loggedIn,
    request: get('/resolve_identifier/magic_2_0235'),
    accountOf: acquaintance,
    ...deviates(11, 200, {
      room_id: null,
      just_created: false,
      id: '{id as a number}',
      contact_info: { ...contact, phone: null },
    }),
  },
  'resolve_identifier, logged out': { request: get('/resolve_identifier/magic_2_0235') },
  'resolve_identifier, nobody': { given: loggedIn, request: get('/resolve_identifier/nobody_at_all') },
  'resolve_identifier, a channel': { given: loggedIn, request: get('/resolve_identifier/sandbox_channel') },
  pm: { given: loggedIn, request: post('pm/magic_2_0235', {}), ...noBridge },
  stickersets: { given: loggedIn, request: get('/stickersets'), ...notThere },
  retry_takeout: { given: loggedIn, request: post('retry_takeout'), ...notThere },
  'portal by room': { request: portal('GET', '!room:example.org'), ...noPortal },
  'portal by chat': { request: portal('GET', '-1001234'), ...noPortal },
  'portal connect': { request: portal('POST', '!room:example.org/connect/-1001234'), ...noBridge },
  'portal create': { request: portal('POST', '!room:example.org/create'), ...noBridge },
  'portal disconnect': { request: portal('POST', '!room:example.org/disconnect'), ...noPortal },
};
