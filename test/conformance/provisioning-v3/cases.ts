import { magicPasswords } from '../../../src/sandbox/world/magic.js';
import type { TelegramFailureDetails } from '../../../src/telegram/failure.js';
import { alice, aliceOpenId, aliceToken, bob, sharedSecret, outsider } from '../../support/provisioning.js';
import { stepIds } from '../../api/provisioning-v3/operations.js';
import { accounts } from '../provisioning-0.3.0/cases.js';
import type { Body, CaseRequest, Given, ReplayCase } from '../scenario.js';

const as = (user: string) => `?user_id=${encodeURIComponent(user)}`;
const get = (path: string, user: string = alice): CaseRequest => ({ method: 'GET', path: `/v3${path}${as(user)}` });
const post = (path: string, body: unknown = {}, user: string = alice, query = ''): CaseRequest => ({
  method: 'POST',
  path: `/v3${path}${as(user)}${query}`,
  body: JSON.stringify(body),
});
const start = (flow: string): Given => ({ asked: post(`/login/start/${flow}`), status: 200 });
const input = (stepId: string, value: string, user: string = alice) =>
  post(`/login/step/{login_id}/${stepId}/user_input`, { [stepId]: value }, user);
const incorrect = (stepId: string, value: string) =>
  post(`/login/step/{login_id}/${stepId}.incorrect/user_input`, { [stepId]: value });
const wait = post(`/login/step/{login_id}/${stepIds.qr}/display_and_wait`);
const done = (asked: CaseRequest): Given => ({ asked, status: 200 });

const codeAsked = (phone: string = accounts.phone): readonly Given[] => [
  start('phone'),
  done(input(stepIds.phone, phone)),
];
const passwordAsked: readonly Given[] = [...codeAsked(accounts.phoneWithPassword), done(input(stepIds.code, '22222'))];
const loggedIn: readonly Given[] = [...codeAsked(), done(input(stepIds.code, '22222'))];
const { password, hint } = magicPasswords.password;
/** The contact that the account of the other cases has. */
const acquaintance = '+9996620235';

const deviates = (ruling: number, status: number, body: Body) => ({ deviation: { ruling, status, body } });
const error = (ruling: number, status: number, errcode: string, text: string) =>
  deviates(ruling, status, { errcode, error: text });
const badState = error(25, 400, 'M_BAD_STATE', 'The login is not at this step');
const notOwn = error(24, 403, 'M_FORBIDDEN', 'Your token is valid for your own user ID only');
const notFound = error(22, 404, 'M_NOT_FOUND', 'Login not found');

const told = { delivery: 'app', length: 5, next_delivery: 'sms', resend_after: 60, is_new: true };
const step = (type: string, stepId: string, instructions: string, more: object): Body => ({
  login_id: '{any}',
  type,
  step_id: stepId,
  txn_id: '{any}',
  instructions,
  ...more,
});
const field = (type: string, id: string, name: string, description: string) => ({
  user_input: { fields: [{ type, id, name, description }], attachments: null },
});
const codeField = field('2fa_code', stepIds.code, 'Code', 'The code was sent to the Telegram app on your phone');
const passwordField = field('password', stepIds.password, 'Password', `Hint: ${hint}`);
const phoneField = field('phone_number', stepIds.phone, 'Phone number', 'Include the country code with +');
const tokenField = {
  user_input: {
    fields: [
      {
        type: 'token',
        id: stepIds.token,
        name: 'Bot token',
        description: 'What @BotFather gave you',
        pattern: String.raw`^\d+:[A-Za-z0-9_-]{35}$`,
      },
    ],
    attachments: null,
  },
};
const shownPhone = step('user_input', stepIds.phone, '', phoneField);
const shownCode = deviates(29, 200, step('user_input', stepIds.code, '', { ...codeField, 'gangway.code': told }));
const shownPassword = deviates(
  29,
  200,
  step('user_input', stepIds.password, 'You have two-factor authentication enabled.', {
    ...passwordField,
    'gangway.password_hint': hint,
  }),
);
const flows = ['phone', 'qr', 'bot'].map((id) => ({ name: '{any}', description: '{any}', id }));
const whoami = (logins: readonly unknown[]) =>
  deviates(31, 200, {
    network: {
      displayname: 'Telegram',
      network_url: 'https://telegram.org/',
      network_icon: 'mxc://maunium.net/tJCRmUyJDsgRNgqhOgoiHWbX',
      network_id: 'telegram',
      beeper_bridge_type: 'telegram',
    },
    login_flows: flows,
    homeserver: 'example.org',
    bridge_bot: '',
    command_prefix: '',
    logins,
  });
const fails = (
  fault: TelegramFailureDetails,
  operation: 'sendCode' | 'signIn' | 'checkPassword' | 'signInBot',
): Given => ({
  telegramFails: operation,
  fault,
});

const minuteAndSecond: TelegramFailureDetails = { kind: 'flood_wait', retryAfterMs: 61_000 };
const flooded = deviates(26, 429, {
  errcode: 'FI.MAU.TELEGRAM.FLOOD_WAIT',
  error: 'Telegram limits these requests. Try again in 1 minute and 1 second',
  retry_after_ms: 61_000,
});
type NumberFailure = 'phone_number_invalid' | 'phone_number_banned' | 'phone_number_app_signup_forbidden';
const refusing = (kind: NumberFailure | 'phone_number_flood') => ({
  given: [start('phone'), fails({ kind }, 'sendCode')],
  request: input(stepIds.phone, accounts.phone),
});
const refusedNumber = (kind: NumberFailure, text: string) => ({
  ...refusing(kind),
  ...deviates(27, 200, step('user_input', stepIds.phone, text, { ...phoneField, 'gangway.complaint': kind })),
});
const refusedBot = (kind: 'bot_token_invalid' | 'bot_token_expired', text: string) => ({
  given: [start('bot'), fails({ kind }, 'signInBot')],
  request: input(stepIds.token, accounts.botToken),
  ...deviates(27, 200, step('user_input', stepIds.token, text, { ...tokenField, 'gangway.complaint': kind })),
});
/** The number of an account is known. */
const codeAtOnce = deviates(34, 200, step('user_input', stepIds.code, '', { ...codeField, 'gangway.code': told }));
const startAgain = (loginId: string) => post('/login/start/phone', {}, alice, `&login_id=${loginId}`);
/** As many accounts as the server of these tests allows. */
const threeAccounts: readonly Given[] = [
  ...loggedIn,
  ...codeAsked(accounts.phoneWithoutUsername),
  done(input(stepIds.code, '22222')),
  start('bot'),
  done(input(stepIds.token, accounts.botToken)),
];

/** How to play each case of transcript.json again, by its name there. */
export const cases: Readonly<Record<string, ReplayCase>> = {
  'no token': { request: { ...get('/whoami'), authorization: null } },
  'wrong token': { request: { ...get('/whoami'), authorization: 'Bearer wrong' } },
  'bare secret': { request: { ...get('/logins'), authorization: sharedSecret } },
  'secret without user_id': {
    request: { method: 'GET', path: '/v3/logins' },
    ...error(24, 400, 'M_MISSING_PARAM', 'The query parameter user_id is missing'),
  },
  "another user's token": {
    request: { ...get('/logins', bob), authorization: `Bearer ${aliceToken}` },
    ...notOwn,
  },
  'own access token': { request: { ...get('/logins'), authorization: `Bearer ${aliceToken}` } },
  'OpenID token': { request: { ...get('/logins'), authorization: `Bearer openid:${aliceOpenId}` } },
  'wrong OpenID token': { request: { ...get('/logins'), authorization: 'Bearer openid:wrong' } },
  "another user's OpenID token": {
    request: { ...get('/logins', bob), authorization: `Bearer openid:${aliceOpenId}` },
    ...notOwn,
  },
  'user without permission': { request: get('/logins', outsider) },
  'unknown path': { request: get('/nonsense') },
  'wrong method': { request: get('/login/start/phone') },
  'whoami, logged out': { request: get('/whoami'), ...whoami([]) },
  'whoami, logged in': {
    given: loggedIn,
    request: get('/whoami'),
    ...whoami([
      {
        state_event: 'CONNECTED',
        state_ts: '{now in seconds}',
        state: { state_event: 'CONNECTED', timestamp: '{now in seconds}' },
        id: '{id}',
        name: '{username}',
        profile: { phone: '{+phone}', username: '{username}', name: '{first_name} {last_name}' },
      },
    ]),
  },
  capabilities: {
    request: get('/capabilities'),
    ...deviates(32, 200, {
      resolve_identifier: {
        create_dm: false,
        lookup_phone: true,
        lookup_email: false,
        lookup_username: true,
        search: true,
        contact_list: true,
      },
      group_creation: {},
      image_pack_import: false,
    }),
  },
  'login/flows': { request: get('/login/flows'), ...deviates(30, 200, { flows }) },
  logins: { given: loggedIn, request: get('/logins') },
  'start phone': { request: post('/login/start/phone') },
  'start qr': {
    request: post('/login/start/qr'),
    ...deviates(
      29,
      200,
      step('display_and_wait', stepIds.qr, 'Scan the QR code on your phone to log in', {
        display_and_wait: { type: 'qr', data: '{any}' },
        'gangway.expires_in': 30,
      }),
    ),
  },
  'start bot': { request: post('/login/start/bot') },
  'start unknown flow': { request: post('/login/start/nonsense') },
  'start with login_id': { given: loggedIn, request: startAgain('9996620234'), ...codeAtOnce },
  'start with an unknown login_id': {
    request: startAgain('1'),
    ...deviates(34, 200, shownPhone),
  },
  'start with a login_id that is none': { request: startAgain('nonsense') },
  'start, too many logins': { given: threeAccounts, request: post('/login/start/phone') },
  'start with login_id, too many logins': {
    given: threeAccounts,
    request: startAgain('9996620234'),
    ...codeAtOnce,
  },
  'phone number': { given: [start('phone')], request: input(stepIds.phone, accounts.phone), ...shownCode },
  code: { given: codeAsked(), request: input(stepIds.code, '22222') },
  'wrong code': {
    given: codeAsked(),
    request: input(stepIds.code, '33333'),
    ...deviates(
      29,
      200,
      step('user_input', `${stepIds.code}.incorrect`, 'Incorrect code', {
        ...codeField,
        'gangway.code': { ...told, is_new: false },
        'gangway.complaint': 'phone_code_invalid',
      }),
    ),
  },
  'code, then 2FA': {
    given: codeAsked(accounts.phoneWithPassword),
    request: input(stepIds.code, '22222'),
    ...shownPassword,
  },
  password: {
    given: [...passwordAsked, done(input(stepIds.password, 'wrong'))],
    request: incorrect(stepIds.password, password),
    accountOf: accounts.phoneWithPassword,
  },
  'wrong password': {
    given: passwordAsked,
    request: input(stepIds.password, 'wrong'),
    ...deviates(
      29,
      200,
      step('user_input', `${stepIds.password}.incorrect`, 'Incorrect password', {
        ...passwordField,
        'gangway.password_hint': hint,
        'gangway.complaint': 'password_invalid',
      }),
    ),
  },
  'bot token': {
    given: [start('bot')],
    request: input(stepIds.token, accounts.botToken),
    accountOf: accounts.botToken,
  },
  'code, logging in again': {
    given: [...loggedIn, done(startAgain('9996620234')), done(input(stepIds.phone, accounts.phone))],
    request: input(stepIds.code, '22222'),
  },
  'qr scanned': { given: [start('qr'), { scannedBy: accounts.phone }], request: wait },
  'qr scanned, 2FA': {
    given: [start('qr'), { scannedBy: accounts.phoneWithPassword }],
    request: wait,
    ...shownPassword,
  },
  'same txn_id again': {
    given: [
      ...codeAsked(accounts.phoneWithPassword),
      done({
        ...input(stepIds.code, '22222'),
        path: `/v3/login/step/{login_id}/${stepIds.code}/user_input${as(alice)}&txn_id=bls_2`,
      }),
    ],
    request: {
      ...input(stepIds.code, '22222'),
      path: `/v3/login/step/{login_id}/${stepIds.code}/user_input${as(alice)}&txn_id=bls_2`,
    },
    ...shownPassword,
  },
  'step of an unknown login': { request: post(`/login/step/nonsense/${stepIds.phone}/user_input`) },
  "step of another user's login": {
    given: [start('phone')],
    request: input(stepIds.phone, accounts.phone, bob),
    ...notFound,
  },
  "cancel of another user's login": {
    given: [start('phone')],
    request: post('/login/cancel/{login_id}', {}, bob),
    ...notFound,
  },
  'mismatched step': { given: [start('phone')], request: input(stepIds.code, '22222'), ...badState },
  'mismatched type': {
    given: [start('phone')],
    request: post(`/login/step/{login_id}/${stepIds.phone}/cookies`),
    ...badState,
  },
  complete: { given: loggedIn, request: post('/login/step/{login_id}/fi.mau.telegram.login.complete/complete') },
  cancelled: {
    given: [start('phone'), done(post('/login/cancel/{login_id}'))],
    request: input(stepIds.phone, accounts.phone),
  },
  'timed out': {
    given: [start('phone'), { passesMs: 31 * 60_000 }],
    request: input(stepIds.phone, accounts.phone),
  },
  cancel: { given: [start('phone')], request: post('/login/cancel/{login_id}') },
  PhoneNumberInvalid: refusedNumber('phone_number_invalid', 'Invalid phone number'),
  PhoneNumberBanned: refusedNumber('phone_number_banned', 'Your phone number is banned from Telegram'),
  PhoneNumberAppSignupForbidden: refusedNumber(
    'phone_number_app_signup_forbidden',
    'You have disabled 3rd party apps on your account',
  ),
  PhoneNumberFlood: {
    ...refusing('phone_number_flood'),
    ...error(
      26,
      429,
      'FI.MAU.TELEGRAM.PHONE_NUMBER_FLOOD',
      'Your phone number has been temporarily blocked for flooding, usually for around a day',
    ),
  },
  'FloodWait 61': {
    given: [start('phone'), fails(minuteAndSecond, 'sendCode')],
    request: input(stepIds.phone, accounts.phone),
    ...flooded,
  },
  'code, FloodWait 61': {
    given: [...codeAsked(), fails(minuteAndSecond, 'signIn')],
    request: input(stepIds.code, '22222'),
    ...flooded,
  },
  'password, FloodWait 61': {
    given: [...passwordAsked, fails(minuteAndSecond, 'checkPassword')],
    request: input(stepIds.password, password),
    ...flooded,
  },
  AccessTokenInvalid: refusedBot('bot_token_invalid', 'Invalid bot token'),
  AccessTokenExpired: refusedBot('bot_token_expired', 'The bot token has expired. Get a new one from @BotFather'),
  PhoneCodeExpired: {
    given: [...codeAsked(), fails({ kind: 'phone_code_expired' }, 'signIn')],
    request: input(stepIds.code, '22222'),
    ...deviates(
      27,
      200,
      step('user_input', stepIds.phone, 'The code has expired. Please request a new one.', {
        ...phoneField,
        'gangway.complaint': 'phone_code_expired',
      }),
    ),
  },
  logout: { given: loggedIn, request: post('/logout/9996620234') },
  'logout all': { given: loggedIn, request: post('/logout/all') },
  'logout of an unknown login': { request: post('/logout/1') },
  'contacts, logged out': { request: get('/contacts') },
  'resolve_identifier, logged out': { request: get('/resolve_identifier/magic_2_0235') },
  contacts: { given: loggedIn, request: get('/contacts'), accountOf: acquaintance },
  search_users: { given: loggedIn, request: post('/search_users', { query: 'Magic' }), accountOf: acquaintance },
  resolve_identifier: {
    given: loggedIn,
    request: get('/resolve_identifier/%2B9996620235'),
    accountOf: acquaintance,
    ...deviates(33, 200, { id: '{id}', name: '{first_name} {last_name}', identifiers: ['telegram:magic_2_0235'] }),
  },
  create_dm: {
    given: loggedIn,
    request: post('/create_dm/magic_2_0235'),
    ...error(
      32,
      501,
      'GANGWAY.NO_BRIDGE_ATTACHED',
      'This server logs in to Telegram only: no bridge is attached to it',
    ),
  },
};
