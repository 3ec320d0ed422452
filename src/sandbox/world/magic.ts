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
  | 'password_flood';

/** Some phone numbers 99966XYYYY, by the last four digits. */
export interface MagicRange {
  readonly first: number;
  readonly last: number;
  readonly kind: AccountKind;
  readonly behaviour: string;
}

/** What each phone number does; numbers in no range are plain accounts. X, the data centre, is 1, 2 or 3; the login code is X five times. */
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
];

/** The cloud passwords, and the hints that go with them. */
export const magicPasswords = {
  password: { password: 'correct horse', hint: 'an animal that is right' },
  awkward_password: { password: '  pässwört 密码 🔑  ', hint: undefined },
} as const;

/** What a bot token does, by the last four digits of its number 20000XYYYY. */
export type BotKind = 'valid' | 'expired';

/** What follows the colon of every bot token that the sandbox knows. */
export const magicBotSecret = 'SandboxBotTokenThatEveryoneMayKnow1';

/** Bot tokens 20000XYYYY:secret; a number in no range, or another secret, is ACCESS_TOKEN_INVALID. */
export const magicBotRanges: readonly { readonly first: number; readonly last: number; readonly kind: BotKind }[] = [
  { first: 0, last: 999, kind: 'valid' },
  { first: 1000, last: 1999, kind: 'expired' },
];

/** The api_id values that are refused, with the error; every other positive one is taken, with any api_hash that is not empty. */
export const magicApiIds: ReadonlyMap<number, string> = new Map([
  [2147483647, 'API_ID_INVALID'],
  [2147483646, 'API_ID_PUBLISHED_FLOOD'],
]);

/** How many wrong codes or passwords in a row are too many, how long things last, and what a code looks like. */
export const magicLimits = {
  wrongCodes: 5,
  wrongPasswords: 5,
  passwordFloodSeconds: 60,
  codeLength: 5,
  codeLifeMs: 10 * 60_000,
  resendTimeoutSeconds: 60,
  loginTokenLifeMs: 30_000,
} as const;

/** The phone number without its plus and whatever else people write into it. */
export function digitsOf(phone: string): string {
  return phone.replaceAll(/\D/g, '');
}
