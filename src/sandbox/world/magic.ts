/** How an account of the sandbox behaves. */
export type AccountKind =
  | 'plain'
  | 'password'
  | 'awkward_password'
  | 'no_username'
  | 'banned'
  | 'unregistered'
  | 'signup_forbidden'
  | 'flood_wait'
  | 'number_flood'
  | 'code_expired'
  | 'first_code_refused'
  | 'deactivated'
  | 'password_flood'
  | 'login_email_required'
  | 'email_code'
  | 'payment_required'
  | 'word_code'
  | 'phrase_code'
  | 'fragment_code'
  | 'password_removed'
  | 'refused';

/** An error that a method always answers for an account. */
export interface MagicRefusal {
  readonly method: 'auth.sendCode' | 'auth.signIn';
  readonly code: number;
  readonly name: string;
}

/** Some phone numbers 99966XYYYY, by the last four digits. */
export interface MagicRange {
  readonly first: number;
  readonly last: number;
  readonly kind: AccountKind;
  readonly behaviour: string;
  readonly refusal?: MagicRefusal;
}

function refused(first: number, method: MagicRefusal['method'], code: number, name: string): MagicRange {
  const refusal = { method, code, name };
  return { first, last: first + 9, kind: 'refused', behaviour: `${method}: ${code} ${name}`, refusal };
}

/**
 * What each phone number does; numbers in no range are plain accounts. X, the data centre, is 1, 2
 * or 3; the login code is X five times.
 */
export const magicRanges: readonly MagicRange[] = [
  { first: 0, last: 999, kind: 'plain', behaviour: 'logs in with the code' },
  { first: 1000, last: 1899, kind: 'password', behaviour: 'has a cloud password, and a hint' },
  {
    first: 1900,
    last: 1999,
    kind: 'awkward_password',
    behaviour: 'has a cloud password with blanks at both ends and no hint',
  },
  { first: 2000, last: 2999, kind: 'no_username', behaviour: 'logs in with the code, has no username' },
  { first: 3000, last: 3099, kind: 'banned', behaviour: 'auth.sendCode: 400 PHONE_NUMBER_BANNED' },
  {
    first: 3100,
    last: 3199,
    kind: 'unregistered',
    behaviour: 'auth.signIn with the code: auth.authorizationSignUpRequired',
  },
  {
    first: 3200,
    last: 3299,
    kind: 'signup_forbidden',
    behaviour: 'auth.sendCode: 400 PHONE_NUMBER_APP_SIGNUP_FORBIDDEN',
  },
  {
    first: 3300,
    last: 3399,
    kind: 'flood_wait',
    behaviour:
      'auth.sendCode: 420 FLOOD_WAIT_n, n = YYYY - 3299; works once when n seconds are over, then starts again',
  },
  { first: 3400, last: 3499, kind: 'number_flood', behaviour: 'auth.sendCode: 400 PHONE_NUMBER_FLOOD' },
  { first: 3500, last: 3599, kind: 'code_expired', behaviour: 'auth.signIn: always 400 PHONE_CODE_EXPIRED' },
  {
    first: 3600,
    last: 3699,
    kind: 'first_code_refused',
    behaviour: 'auth.signIn: the first try with each code is 400 PHONE_CODE_INVALID, also with the right one',
  },
  { first: 3700, last: 3799, kind: 'deactivated', behaviour: 'logs in; then every call is 401 USER_DEACTIVATED' },
  { first: 3800, last: 3899, kind: 'password_flood', behaviour: 'auth.sendCode: 406 PHONE_PASSWORD_FLOOD' },
  {
    first: 4000,
    last: 4009,
    kind: 'login_email_required',
    behaviour: 'auth.sendCode: auth.sentCodeTypeSetUpEmailRequired, no code is sent',
  },
  {
    first: 4010,
    last: 4019,
    kind: 'email_code',
    behaviour: 'the code goes to the login e-mail address, and logs in as email_verification only',
  },
  {
    first: 4020,
    last: 4029,
    kind: 'payment_required',
    behaviour:
      'auth.sendCode: auth.sentCodePaymentRequired, also to clients of layers before 201, which do not have it',
  },
  { first: 4030, last: 4039, kind: 'word_code', behaviour: 'the code is a word, by auth.sentCodeTypeSmsWord' },
  { first: 4040, last: 4049, kind: 'phrase_code', behaviour: 'the code is a phrase, by auth.sentCodeTypeSmsPhrase' },
  { first: 4050, last: 4059, kind: 'fragment_code', behaviour: 'the code goes to Fragment' },
  {
    first: 4060,
    last: 4069,
    kind: 'password_removed',
    behaviour: 'requires a cloud password once, which is then removed: the same code logs in',
  },
  refused(4100, 'auth.sendCode', 400, 'SMS_CODE_CREATE_FAILED'),
  refused(4110, 'auth.sendCode', 406, 'SEND_CODE_UNAVAILABLE'),
  refused(4120, 'auth.sendCode', 400, 'PHONE_PASSWORD_PROTECTED'),
  refused(4130, 'auth.sendCode', 403, 'RECAPTCHA_CHECK_signup__sandbox'),
  refused(4140, 'auth.sendCode', 420, 'FROZEN_METHOD_INVALID'),
  refused(4150, 'auth.sendCode', 400, 'INPUT_METHOD_INVALID'),
  refused(4160, 'auth.sendCode', 303, 'PHONE_MIGRATE_9'),
  refused(4170, 'auth.sendCode', 420, 'SANDBOX_FLOOD'),
  refused(4180, 'auth.sendCode', 406, 'SANDBOX_REFUSAL'),
  refused(4200, 'auth.signIn', 401, 'USER_DEACTIVATED'),
  refused(4210, 'auth.signIn', 401, 'USER_DEACTIVATED_BAN'),
  refused(4220, 'auth.signIn', 400, 'SANDBOX_REFUSAL'),
];

/** The codes that are no digits, and how Telegram lets them begin. */
export const magicCodes = {
  word_code: { code: 'merry-go-round', beginning: 'm' },
  phrase_code: { code: 'two well-known birds sing', beginning: 'two' },
} as const;

/** How Telegram shows the login e-mail address of accounts that have one. */
export const magicEmailPattern = 's*****@example.org';

/** The cloud passwords, and the hints that go with them. */
export const magicPasswords = {
  password: { password: 'correct horse', hint: 'an animal that is right' },
  awkward_password: { password: '  pässwört 密码 🔑  ', hint: undefined },
} as const;

/** What a bot token does, by the last four digits of its number 20000XYYYY. */
export type BotKind = 'valid' | 'expired';

/** The part after the colon of every valid bot token. */
export const magicBotSecret = 'SandboxBotTokenThatEveryoneMayKnow1';

/**
 * Bot tokens 20000XYYYY:secret; a number in no range, or another secret, is ACCESS_TOKEN_INVALID.
 */
export const magicBotRanges: readonly { readonly first: number; readonly last: number; readonly kind: BotKind }[] = [
  { first: 0, last: 999, kind: 'valid' },
  { first: 1000, last: 1999, kind: 'expired' },
];

/**
 * The api_id values that are refused, with the error; every other positive one is taken, with any
 * api_hash that is not empty.
 */
export const magicApiIds: ReadonlyMap<number, string> = new Map([
  [2147483647, 'API_ID_INVALID'],
  [2147483646, 'API_ID_PUBLISHED_FLOOD'],
]);

/**
 * How many wrong codes or passwords in a row are too many, how long things last, and what a code
 * looks like.
 */
export const magicLimits = {
  wrongCodes: 5,
  wrongPasswords: 5,
  passwordFloodSeconds: 60,
  codeLength: 5,
  codeLifeMs: 10 * 60_000,
  resendTimeoutSeconds: 60,
  loginTokenLifeMs: 30_000,
} as const;

/** Returns the phone number without its plus and other characters that users add. */
export function digitsOf(phone: string): string {
  return phone.replaceAll(/\D/g, '');
}
