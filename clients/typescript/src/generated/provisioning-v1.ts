// Made from docs/openapi/provisioning-v1.json by `npm run generate`.

import type { Api } from '../client.js';

export type AddPhoneReply = {
  /** The phone number without the leading plus sign. */
  readonly phone: string | null;
  readonly add_phone: "added";
};

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
  /** The step to take next. */
  readonly state?: "request" | "code" | "password" | "token";
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "mxid_invalid" | "mxid_empty" | "json_invalid" | "phone_number_invalid" | "shared_secret_invalid" | "session_revoked" | "mxid_not_own" | "mxid_not_whitelisted" | "mxid_deactivated" | "account_frozen" | "account_deactivated" | "phone_number_banned" | "phone_number_app_signup_forbidden" | "login_email_required" | "payment_required" | "phone_code_unavailable" | "phone_number_unoccupied" | "unknown_error" | "telegram_rejected_bridge" | "telegram_refused" | "homeserver_unreachable" | "database_unavailable" | "telegram_unreachable" | "unhandled_http_503" | "phone_code_not_requested" | "resend_unavailable" | "phone_code_expired" | "phone_code_missing" | "phone_code_invalid" | "password_empty" | "phone_code_not_entered" | "password_invalid" | "bot_token_missing" | "bot_token_invalid" | "bot_token_expired";
};

export type BotTokenRequest = {
  /** The bot token to log in with. */
  readonly token?: string;
  readonly [name: string]: unknown;
};

export type BridgeInfoReply = {
  /** Always null: without a bridge there is no relay bot. */
  readonly relaybot_username: null;
};

export type CodeSent = {
  readonly state: "code";
  readonly message: string;
  readonly code: {
    /** How the code was sent: to the Telegram app on another device, by SMS, by a call, ... With `sms_word` and `sms_phrase` the code is a word or a phrase instead of digits. */
    readonly delivery: "app" | "sms" | "sms_word" | "sms_phrase" | "call" | "flash_call" | "missed_call" | "email" | "fragment" | "other";
    /** The length of the code in characters; null if unknown. */
    readonly length: number | null;
    /** The beginning of the word or phrase, or the masked e-mail address that the code was sent to, if known. */
    readonly hint?: string;
    /** How the code is sent if it is resent; null if it cannot be resent. */
    readonly next_delivery: "app" | "sms" | "sms_word" | "sms_phrase" | "call" | "flash_call" | "missed_call" | "email" | "fragment" | "other" | null;
    /** Seconds until the code can be resent. */
    readonly resend_after: number;
    /** False if an earlier code is still pending and none was sent. */
    readonly is_new: boolean;
  };
};

export type ConflictError = AlreadyLoggedIn | {
  /** The step to take next. */
  readonly state?: "request" | "token";
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "telegram_account_taken" | "other_telegram_account";
};

export type ContactInfo = {
  /** First and last name. */
  readonly name: string | null;
  /** The Telegram username; null if the account has none. */
  readonly username: string | null;
  /** The phone number without the leading plus sign; null for bots and if it is hidden. */
  readonly phone: string | null;
  readonly is_bot: boolean;
  /** An mxc:// URI; null unless the bridge has the login and an avatar. */
  readonly avatar_url: string | null;
};

export type EmptyObject = Readonly<Record<string, never>>;

export type Error = {
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "unknown_error" | "mxid_invalid" | "mxid_empty" | "shared_secret_invalid" | "mxid_not_own" | "mxid_not_whitelisted" | "mxid_deactivated" | "homeserver_unreachable" | "database_unavailable" | "bridge_unreachable" | "unhandled_http_413" | "unhandled_http_415" | "account_frozen" | "not_logged_in" | "phone_number_missing" | "matrix_account_missing" | "phone_number_in_use" | "telegram_rejected_bridge" | "telegram_refused" | "telegram_unreachable" | "phone_number_unchecked" | "session_revoked" | "account_deactivated" | "unhandled_http_426" | "unhandled_http_503" | "session_held" | "no_bridge_attached" | "chats_unavailable" | "bridge_request_rejected" | "bridge_refused" | "FI.MAU.TELEGRAM_ID_NOT_USER" | "M_NOT_FOUND" | "portal_not_found";
};

export type GetChatsReply = readonly ({
  /** The chat ID in the format of the Bot API: negative for groups. */
  readonly id: number;
  readonly title: string;
})[];

export type GetContactsReply = {
  readonly [name: string]: ContactInfo;
};

export type GetUserReply = {
  /** The Telegram user that the Matrix user is logged in as; null if not logged in. */
  readonly telegram: UserInfo | null;
  readonly mxid: string;
  /** The permission level of the user, with the names of version 1. */
  readonly permissions: string;
};

export type HandOverReply = {
  /** The status of the login's hand-over to the bridge: `offered` (call `hand_over`), `pending` until the bridge confirms it (retried automatically), `handed_over`, or `refused`. Absent without a bridge. */
  readonly hand_over?: "offered" | "pending" | "handed_over" | "refused";
  /** Why the bridge refused the login, or why the last attempt failed. */
  readonly hand_over_reason?: string;
};

export type LoggedIn = {
  readonly state: "logged-in";
  /** The Telegram username; null if the account has none. */
  readonly username: string | null;
  /** The phone number without the leading plus sign; null for bots and if it is hidden. */
  readonly phone: string | null;
  /** Whether this Telegram phone number can be used to log in to Matrix: `offered` (call `add_phone`), `added`, or `in_use` by another Matrix account. Absent for bots, for users without a Matrix account on this server, and if `threepids.from_telegram` is `off`. */
  readonly add_phone?: "offered" | "added" | "in_use";
  /** The status of the login's hand-over to the bridge: `offered` (call `hand_over`), `pending` until the bridge confirms it (retried automatically), `handed_over`, or `refused`. Absent without a bridge. */
  readonly hand_over?: "offered" | "pending" | "handed_over" | "refused";
  /** Why the bridge refused the login, or why the last attempt failed. */
  readonly hand_over_reason?: string;
};

export type PasswordNeeded = {
  readonly state: "password";
  readonly message: string;
  /** The password hint that the user has set; null if none. */
  readonly hint: string | null;
};

export type RequestCodeRequest = {
  /** The phone number to log in with, in international format. */
  readonly phone?: string | number;
  readonly [name: string]: unknown;
};

export type ResolvedIdentifier = {
  /** The room of the direct chat; null unless the bridge has the login and has created one. */
  readonly room_id: string | null;
  readonly just_created: boolean;
  /** The Telegram user ID. */
  readonly id: number;
  readonly contact_info: ContactInfo;
};

export type SendCodeRequest = {
  /** The login code from Telegram. If it is an integer, lost leading zeros are restored. */
  readonly code?: string | number;
  readonly [name: string]: unknown;
};

export type SendPasswordRequest = {
  /** The two-factor password, exactly as it was set: spaces are significant. */
  readonly password?: string;
  readonly [name: string]: unknown;
};

export type TooManyRequestsError = {
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "too_many_attempts" | "flood_wait" | "asked_too_often";
  /** Seconds to wait, if known. */
  readonly retry_after?: number;
};

export type TooManyRequestsError2 = {
  /** The step to take next. */
  readonly state?: "request" | "code" | "password" | "token";
  /** A human-readable description of the error */
  readonly error: string;
  /** A machine-readable error code */
  readonly errcode: "too_many_attempts" | "flood_wait" | "phone_number_flood" | "asked_too_often";
  /** Seconds to wait, if known. */
  readonly retry_after?: number;
};

export type UserInfo = {
  /** The Telegram user ID. */
  readonly id: number;
  /** The Telegram username; null if the account has none. */
  readonly username: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  /** The phone number without the leading plus sign; null for bots and if it is hidden. */
  readonly phone: string | null;
  readonly is_bot: boolean;
  /** Whether this Telegram phone number can be used to log in to Matrix: `offered` (call `add_phone`), `added`, or `in_use` by another Matrix account. Absent for bots, for users without a Matrix account on this server, and if `threepids.from_telegram` is `off`. */
  readonly add_phone?: "offered" | "added" | "in_use";
  /** The status of the login's hand-over to the bridge: `offered` (call `hand_over`), `pending` until the bridge confirms it (retried automatically), `handed_over`, or `refused`. Absent without a bridge. */
  readonly hand_over?: "offered" | "pending" | "handed_over" | "refused";
  /** Why the bridge refused the login, or why the last attempt failed. */
  readonly hand_over_reason?: string;
  /** The other holder of the Telegram session: `lease` if a program has leased it, `export` if it was exported. Absent otherwise. */
  readonly held_by?: "lease" | "export";
};

/** The operations of "Telegram bridge provisioning, version 1", by method and path. */
export interface Operations {
  /** Get information about the bridge */
  readonly "GET /bridge": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: BridgeInfoReply;
  };
  /** Get a Matrix user and their Telegram login */
  readonly "GET /user/{mxid}": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetUserReply;
  };
  /** Request a phone code from Telegram */
  readonly "POST /user/{mxid}/login/request_code": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: RequestCodeRequest;
    readonly reply: CodeSent;
  };
  /** Resend the code another way */
  readonly "POST /user/{mxid}/login/resend_code": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: CodeSent;
  };
  /** Send the login code */
  readonly "POST /user/{mxid}/login/send_code": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: SendCodeRequest;
    readonly reply: LoggedIn | PasswordNeeded;
  };
  /** Send the two-factor auth password */
  readonly "POST /user/{mxid}/login/send_password": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: SendPasswordRequest;
    readonly reply: LoggedIn;
  };
  /** Log in with a bot token */
  readonly "POST /user/{mxid}/login/bot_token": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: BotTokenRequest;
    readonly reply: LoggedIn;
  };
  /** Add the phone number of the Telegram account to the Matrix account */
  readonly "POST /user/{mxid}/login/add_phone": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: AddPhoneReply;
  };
  /** Log in by scanning a QR code (a WebSocket) */
  readonly "GET /user/{mxid}/login/qr": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** Hand the login over to the bridge */
  readonly "POST /user/{mxid}/hand_over": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: HandOverReply;
  };
  /** Log out of Telegram */
  readonly "POST /user/{mxid}/logout": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: EmptyObject;
  };
  /** List the chats of the Telegram account */
  readonly "GET /user/{mxid}/chats": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetChatsReply;
  };
  /** List the contacts of the Telegram account */
  readonly "GET /user/{mxid}/contacts": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetContactsReply;
  };
  /** Find a Telegram user */
  readonly "GET /user/{mxid}/resolve_identifier/{identifier}": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
      /** A username, a phone number with the leading plus sign, or a Telegram user ID. */
      readonly identifier: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: ResolvedIdentifier;
  };
  /** Start a direct chat */
  readonly "POST /user/{mxid}/pm/{identifier}": {
    readonly path: {
      /** The Matrix ID of the user to act for, raw or percent-encoded. */
      readonly mxid: string;
      /** A username, a phone number with the leading plus sign, or a Telegram user ID. */
      readonly identifier: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: ResolvedIdentifier;
  };
  /** Get the chat bridged to a room, or the room bridged to a chat (a negative number): always not found */
  readonly "GET /portal/{room}": {
    readonly path: {
      /** A Matrix room ID, raw or percent-encoded. */
      readonly room: string;
    };
    readonly query: {
      /** The Matrix user who sends the request. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** Bridge a room to a chat: no bridge is attached */
  readonly "POST /portal/{room}/connect/{chat}": {
    readonly path: {
      /** A Matrix room ID, raw or percent-encoded. */
      readonly room: string;
      /** A Telegram chat ID. */
      readonly chat: string;
    };
    readonly query: {
      /** The Matrix user who sends the request. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** Create a chat for a room: no bridge is attached */
  readonly "POST /portal/{room}/create": {
    readonly path: {
      /** A Matrix room ID, raw or percent-encoded. */
      readonly room: string;
    };
    readonly query: {
      /** The Matrix user who sends the request. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** Unbridge a room: always not found */
  readonly "POST /portal/{room}/disconnect": {
    readonly path: {
      /** A Matrix room ID, raw or percent-encoded. */
      readonly room: string;
    };
    readonly query: {
      /** The Matrix user who sends the request. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_matrix/provision/v1" };
