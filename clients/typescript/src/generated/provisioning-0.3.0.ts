// Made from docs/openapi/provisioning-0.3.0.json by `npm run generate`.

import type { Api } from '../client.js';

export type AlreadyLoggedIn = {
  readonly state: "logged-in";
  /** The Telegram username; null if the account has none. */
  readonly username: string | null;
  /** The phone number without the leading plus sign; null for bots. */
  readonly phone: string | null;
  readonly error: string;
  readonly errcode: "already_logged_in";
};

export type BadRequestError = {
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "mxid_invalid" | "mxid_empty" | "shared_secret_invalid" | "mxid_not_own" | "mxid_not_whitelisted" | "mxid_deactivated" | "not_logged_in" | "account_frozen" | "exception" | "telegram_rejected_bridge" | "telegram_refused" | "homeserver_unreachable" | "database_unavailable" | "telegram_unreachable" | "bridge_unreachable" | "unhandled_http_413" | "unhandled_http_415" | "phone_number_missing" | "matrix_account_missing" | "phone_number_in_use" | "phone_number_unchecked";
};

export type CodeSent = {
  readonly state: "code";
  readonly message: string;
};

export type ConflictError = AlreadyLoggedIn | {
  /** The step to take next. */
  readonly state?: "token" | "request";
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "telegram_account_taken" | "other_telegram_account";
};

export type Error = {
  /** The step to take next. */
  readonly state?: "token" | "request" | "code" | "password";
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "mxid_invalid" | "mxid_empty" | "json_invalid" | "bot_token_missing" | "shared_secret_invalid" | "bot_token_invalid" | "bot_token_expired" | "session_revoked" | "mxid_not_own" | "mxid_not_whitelisted" | "mxid_deactivated" | "account_deactivated" | "account_frozen" | "exception" | "telegram_rejected_bridge" | "telegram_refused" | "homeserver_unreachable" | "database_unavailable" | "unhandled_http_503" | "telegram_unreachable" | "phone_number_invalid" | "phone_number_banned" | "phone_number_app_signup_forbidden" | "login_email_required" | "payment_required" | "phone_code_unavailable" | "phone_number_unoccupied" | "phone_code_missing" | "phone_code_not_requested" | "phone_code_invalid" | "phone_code_expired" | "password_empty" | "phone_code_not_entered" | "password_invalid";
};

export type GetMeReply = {
  /** The Telegram username; null if the account has none. */
  readonly username: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  /** The phone number without the leading plus sign; null for bots. */
  readonly phone: string | null;
  readonly is_bot: boolean;
  /** The Telegram user ID, in decimal. */
  readonly id: string;
  /** Whether this Telegram phone number can be used to log in to Matrix: `offered` (call `add_phone`), `added`, or `in_use` by another Matrix account. Absent for bots, for users without a Matrix account on this server, and if `threepids.from_telegram` is `off`. */
  readonly add_phone?: "offered" | "added" | "in_use";
};

export type LoggedIn = {
  readonly state: "logged-in";
  /** The Telegram username; null if the account has none. */
  readonly username: string | null;
};

export type LoggedInByPhone = {
  readonly state: "logged-in";
  /** The Telegram username; null if the account has none. */
  readonly username: string | null;
  /** Whether this Telegram phone number can be used to log in to Matrix: `offered` (call `add_phone`), `added`, or `in_use` by another Matrix account. Absent for bots, for users without a Matrix account on this server, and if `threepids.from_telegram` is `off`. */
  readonly add_phone?: "offered" | "added" | "in_use";
};

export type PasswordNeeded = {
  readonly state: "password";
  readonly message: string;
};

export type PostAddPhoneReply = {
  /** The phone number without the leading plus sign. */
  readonly phone: string | null;
  readonly add_phone: "added";
};

export type PostBotTokenRequest = {
  /** The bot token to log in with. */
  readonly token?: string;
  readonly [name: string]: unknown;
};

export type PostLoginCodeRequest = {
  /** The login code from Telegram. If it is an integer, lost leading zeros are restored. */
  readonly code?: string | number;
  readonly [name: string]: unknown;
};

export type PostLoginPasswordRequest = {
  /** The two-factor password, exactly as it was set: spaces are significant. */
  readonly password?: string;
  readonly [name: string]: unknown;
};

export type PostLoginPhoneRequest = {
  /** The phone number to log in with, in international format. */
  readonly phone?: string | number;
  readonly [name: string]: unknown;
};

export type TooManyRequestsError = {
  /** The step to take next. */
  readonly state?: "token" | "request" | "code" | "password";
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "too_many_attempts" | "asked_too_often" | "flood_wait" | "phone_number_flood";
  /** Seconds to wait, if known. */
  readonly retry_after?: number;
};

export type TooManyRequestsError2 = {
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "too_many_attempts" | "flood_wait";
  /** Seconds to wait, if known. */
  readonly retry_after?: number;
};

/** The operations of "Telegram bridge provisioning", by method and path. */
export interface Operations {
  /** Get the Telegram user that the Matrix user is logged in as */
  readonly "GET /{mxid}/get_me": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetMeReply;
  };
  /** Log in with a bot token */
  readonly "POST /login/{mxid}/bot_token": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: PostBotTokenRequest;
    readonly reply: LoggedIn;
  };
  /** Request a phone code from Telegram */
  readonly "POST /login/{mxid}/request_code": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: PostLoginPhoneRequest;
    readonly reply: CodeSent;
  };
  /** Send the login code */
  readonly "POST /login/{mxid}/send_code": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: PostLoginCodeRequest;
    readonly reply: LoggedInByPhone | PasswordNeeded;
  };
  /** Send the two-factor auth password */
  readonly "POST /login/{mxid}/send_password": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: PostLoginPasswordRequest;
    readonly reply: LoggedInByPhone;
  };
  /** Add the phone number of the Telegram account to the Matrix account */
  readonly "POST /login/{mxid}/add_phone": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: PostAddPhoneReply;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_matrix/provision" };
