/** A difference between our OpenAPI file and the specification, its operations, and its ruling. */
export interface SpecificationDeviation {
  readonly difference: string;
  readonly operations: readonly string[];
  readonly ruling: number;
}

const getMe = ['get_me'];
const bot = ['post_bot_token'];
const phone = ['post_login_phone'];
const code = ['post_login_code'];
const password = ['post_login_password'];
const ends = [...bot, ...code, ...password];
const steps = [...phone, ...ends];
const all = [...getMe, ...steps];

/** Every deviation from the specification that there is. */
export const deviations: readonly SpecificationDeviation[] = [
  { difference: 'body token: string missing', operations: getMe, ruling: 1 },
  { difference: '400 errcode json_invalid missing', operations: getMe, ruling: 1 },
  { difference: 'status 401 added', operations: getMe, ruling: 2 },
  { difference: '400 errcode mxid_invalid added', operations: all, ruling: 5 },
  { difference: 'body code: integer missing', operations: code, ruling: 7 },
  { difference: 'body code: string or integer added', operations: code, ruling: 7 },
  { difference: '400 errcode phone_code_missing added', operations: code, ruling: 8 },
  { difference: '400 errcode phone_code_not_requested added', operations: code, ruling: 9 },
  { difference: '400 errcode phone_code_not_entered added', operations: password, ruling: 9 },
  { difference: 'status 429 added', operations: [...getMe, ...ends], ruling: 10 },
  { difference: '429 property retry_after added', operations: phone, ruling: 10 },
  { difference: '200 property message added', operations: phone, ruling: 11 },
  { difference: '200 property username missing', operations: phone, ruling: 11 },
  { difference: '202 property message added', operations: code, ruling: 11 },
  { difference: '202 property username missing', operations: code, ruling: 11 },
  { difference: '409 property phone added', operations: steps, ruling: 12 },
  { difference: '409 property error added', operations: steps, ruling: 12 },
  { difference: '409 property errcode added', operations: steps, ruling: 12 },
  { difference: '409 errcode already_logged_in added', operations: steps, ruling: 12 },
  { difference: '400 property state added', operations: steps, ruling: 13 },
  { difference: '401 property state added', operations: steps, ruling: 13 },
  { difference: '403 property state added', operations: steps, ruling: 13 },
  { difference: '404 property state added', operations: phone, ruling: 13 },
  { difference: '429 property state added', operations: phone, ruling: 13 },
  { difference: '500 property state added', operations: steps, ruling: 13 },
  { difference: '403 errcode mxid_deactivated added', operations: all, ruling: 14 },
  { difference: 'status 404 added', operations: code, ruling: 15 },
  { difference: 'status 413 added', operations: steps, ruling: 19 },
  { difference: 'body phone: string missing', operations: phone, ruling: 20 },
  { difference: 'body phone: string or integer added', operations: phone, ruling: 20 },
  { difference: 'status 502 added', operations: all, ruling: 21 },
  { difference: 'status 503 added', operations: all, ruling: 21 },
  { difference: '401 errcode session_revoked added', operations: steps, ruling: 21 },
  { difference: '409 errcode telegram_account_taken added', operations: ends, ruling: 21 },
  { difference: '409 state token added', operations: bot, ruling: 21 },
  { difference: '409 state request added', operations: [...code, ...password], ruling: 21 },
  { difference: '400 errcode phone_number_invalid added', operations: code, ruling: 21 },
  { difference: '403 errcode phone_number_banned added', operations: code, ruling: 21 },
  { difference: '403 errcode phone_number_app_signup_forbidden added', operations: code, ruling: 21 },
  { difference: '403 errcode login_email_required added', operations: phone, ruling: 21 },
  { difference: '403 errcode payment_required added', operations: phone, ruling: 21 },
  { difference: '403 errcode phone_code_unavailable added', operations: phone, ruling: 21 },
  { difference: '403 errcode account_deactivated added', operations: steps, ruling: 21 },
  { difference: '403 errcode account_frozen added', operations: all, ruling: 21 },
  { difference: '409 errcode other_telegram_account added', operations: [...code, ...password], ruling: 21 },
  { difference: '200 property id added', operations: getMe, ruling: 23 },
  { difference: '400 errcode bot_token_missing added', operations: bot, ruling: 24 },
  { difference: '429 errcode too_many_attempts added', operations: phone, ruling: 25 },
  { difference: '429 errcode asked_too_often added', operations: phone, ruling: 32 },
  { difference: 'status 415 added', operations: steps, ruling: 26 },
  { difference: '403 errcode mxid_not_own added', operations: all, ruling: 29 },
  { difference: '200 property add_phone added', operations: [...getMe, ...code, ...password], ruling: 30 },
];

/** An operation that the specification does not have, and the ruling that wants it. */
export interface AddedOperation {
  readonly endpoint: string;
  readonly ruling: number;
}

/** Every one that there is. */
export const additions: readonly AddedOperation[] = [{ endpoint: 'POST /login/{mxid}/add_phone', ruling: 31 }];
