// Made from docs/openapi/provisioning-v3.json by `npm run generate`.

import type { Api } from '../client.js';

export type BackfillReply200 = {
  readonly [name: string]: unknown;
};

export type CapabilitiesReply = {
  readonly resolve_identifier: {
    readonly create_dm: boolean;
    readonly lookup_phone: boolean;
    readonly lookup_email: boolean;
    readonly lookup_username: boolean;
    readonly search: boolean;
    readonly contact_list: boolean;
  };
  /** The types of groups that can be created. */
  readonly group_creation: {
    readonly [name: string]: {
      readonly type_description: string;
      readonly name: GroupField;
      readonly username: GroupField;
      readonly avatar: GroupField;
      readonly topic: GroupField;
      readonly disappear: GroupField;
      readonly participants: GroupField;
      readonly parent: GroupField;
    };
  };
  readonly image_pack_import: boolean;
};

export type ContactsReply = {
  readonly contacts: readonly (Person)[];
};

export type CreateGroupReply = {
  /** The bridge's ID of the group. */
  readonly id: string;
  /** The Matrix room. */
  readonly mxid: string;
  readonly [name: string]: unknown;
};

/** In the format of the bridge: `participants`, `name`, ... */
export type CreateGroupRequest = {
  readonly [name: string]: unknown;
};

export type EmptyObject = Readonly<Record<string, never>>;

export type Error = {
  /** A machine-readable error code */
  readonly errcode: "M_MISSING_PARAM" | "M_INVALID_PARAM" | "M_MISSING_TOKEN" | "M_UNKNOWN_TOKEN" | "M_FORBIDDEN" | "M_USER_DEACTIVATED" | "M_UNKNOWN" | "GANGWAY.BRIDGE_UNREACHABLE" | "FI.MAU.BRIDGE.TOO_MANY_LOGINS" | "FI.MAU.TELEGRAM.ACCOUNT_DEACTIVATED" | "FI.MAU.TELEGRAM.ACCOUNT_FROZEN" | "M_NOT_FOUND" | "FI.MAU.TELEGRAM.LOGIN_REVOKED" | "FI.MAU.TELEGRAM.BRIDGE_REJECTED" | "FI.MAU.TELEGRAM.REFUSED" | "FI.MAU.TELEGRAM.UNREACHABLE" | "M_NOT_JSON" | "M_BAD_JSON" | "M_BAD_STATE" | "FI.MAU.TELEGRAM.ALREADY_LOGGED_IN" | "FI.MAU.TELEGRAM.ACCOUNT_TAKEN" | "FI.MAU.TELEGRAM.OTHER_ACCOUNT" | "FI.MAU.BRIDGE.LOGIN_CANCELLED" | "FI.MAU.BRIDGE.LOGIN_TIMED_OUT" | "FI.MAU.BRIDGE.LOGIN_ALREADY_FINISHED" | "M_TOO_LARGE" | "FI.MAU.TELEGRAM.RESEND_UNAVAILABLE" | "FI.MAU.TELEGRAM.PAYMENT_REQUIRED" | "FI.MAU.TELEGRAM.PHONE_CODE_UNAVAILABLE" | "GANGWAY.PHONE_NUMBER_MISSING" | "GANGWAY.MATRIX_ACCOUNT_MISSING" | "GANGWAY.PHONE_NUMBER_IN_USE" | "GANGWAY.PHONE_NUMBER_UNCHECKED" | "GANGWAY.SESSION_HELD" | "GANGWAY.NO_BRIDGE_ATTACHED" | "GANGWAY.BRIDGE_REFUSED" | "M_UNRECOGNIZED";
  /** A human-readable description of the error */
  readonly error: string;
};

export type GroupField = {
  readonly allowed: boolean;
  readonly required?: boolean;
  readonly min_length?: number;
  readonly max_length?: number;
};

export type ImagePackImportReply = {
  readonly [name: string]: unknown;
};

export type ImagePackListReply = readonly ({
  readonly [name: string]: unknown;
})[];

export type ImagePackPreviewReply = {
  readonly [name: string]: unknown;
};

export type InputField = {
  readonly type: "phone_number" | "2fa_code" | "password" | "token";
  /** The key of the value in the body of the next request. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** A regular expression that the value must match. */
  readonly pattern?: string;
};

export type LoginAddPhoneReply = {
  /** With the leading plus sign. */
  readonly phone?: string;
  readonly "gangway.add_phone": "added";
};

export type LoginFlowsReply = {
  readonly flows: readonly ({
    readonly name: string;
    readonly description: string;
    readonly id: "phone" | "qr" | "bot";
  })[];
};

export type LoginHandOverReply = {
  /** The status of the login's hand-over to the bridge: `offered` (call `hand_over`), `pending` until the bridge confirms it (retried automatically), `handed_over`, or `refused`. Absent without a bridge. */
  readonly "gangway.hand_over"?: "offered" | "pending" | "handed_over" | "refused";
  /** Why the bridge refused the login, or why the last attempt failed. */
  readonly "gangway.hand_over_reason"?: string;
};

export type LoginsReply = {
  readonly login_ids: readonly (string)[];
};

export type LoginStep = {
  /** The ID of the login process. */
  readonly login_id: string;
  readonly type: "user_input" | "display_and_wait" | "complete";
  readonly step_id: "fi.mau.telegram.login.phone_number" | "fi.mau.telegram.login.code" | "fi.mau.telegram.login.code.incorrect" | "fi.mau.telegram.login.password" | "fi.mau.telegram.login.password.incorrect" | "fi.mau.telegram.login.bot_token" | "fi.mau.telegram.login.show_qr" | "fi.mau.telegram.login.complete";
  /** The ID of this step. Send it as `txn_id` in the query of the answer to make retries safe. */
  readonly txn_id: string;
  /** Instructions to show to the user; can be empty. */
  readonly instructions: string;
  /** The fields to fill in. */
  readonly user_input?: {
    readonly fields: readonly (InputField)[];
    readonly attachments: null;
  };
  /** The data to show while waiting. */
  readonly display_and_wait?: {
    readonly type: "qr";
    /** The data to show as a QR code. */
    readonly data: string;
  };
  /** The completed login. */
  readonly complete?: {
    /** The ID of the login: the Telegram user ID. */
    readonly user_login_id: string;
  };
  /** With the code step: how the code was sent. An extension of the original API. */
  readonly "gangway.code"?: {
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
  /** With the password step: the password hint that the user has set. An extension of the original API. */
  readonly "gangway.password_hint"?: string;
  /** With the QR step: seconds until the QR code expires. An extension of the original API. */
  readonly "gangway.expires_in"?: number;
  /** Whether this Telegram phone number can be used to log in to Matrix: `offered` (call `add_phone`), `added`, or `in_use` by another Matrix account. Absent for bots, for users without a Matrix account on this server, and if `threepids.from_telegram` is `off`. */
  readonly "gangway.add_phone"?: "offered" | "added" | "in_use";
  /** The status of the login's hand-over to the bridge: `offered` (call `hand_over`), `pending` until the bridge confirms it (retried automatically), `handed_over`, or `refused`. Absent without a bridge. */
  readonly "gangway.hand_over"?: "offered" | "pending" | "handed_over" | "refused";
  /** Why the bridge refused the login, or why the last attempt failed. */
  readonly "gangway.hand_over_reason"?: string;
  /** Why this is not the next step: the error of the previous answer. An extension of the original API. */
  readonly "gangway.complaint"?: "phone_number_invalid" | "phone_number_banned" | "phone_number_unoccupied" | "phone_number_app_signup_forbidden" | "login_email_required" | "payment_required" | "phone_code_unavailable" | "phone_code_invalid" | "phone_code_expired" | "password_invalid" | "bot_token_invalid" | "bot_token_expired" | "account_deactivated" | "account_frozen" | "login_revoked";
};

/** The values, by the IDs of their fields. */
export type LoginUserInputRequest = {
  readonly [name: string]: unknown;
};

export type Person = {
  /** The Telegram user ID. */
  readonly id: string;
  readonly name?: string;
  /** An mxc:// URI; only from the bridge. */
  readonly avatar_url?: string;
  readonly identifiers?: readonly (string)[];
  /** The Matrix ID of the bridge's ghost user. */
  readonly mxid?: string;
  /** The room of the direct chat, if there is one. */
  readonly dm_room_mxid?: string;
};

export type ResolveMediaReply = {
  readonly [name: string]: unknown;
};

/** In the format of the bridge: `com.beeper.unresolved_media`. */
export type ResolveMediaRequest = {
  readonly [name: string]: unknown;
};

export type SearchUsersReply = {
  readonly results: readonly (Person)[];
};

export type SearchUsersRequest = {
  /** The text to search for. */
  readonly query: string;
  readonly [name: string]: unknown;
};

export type SessionTransferCancelRequest = {
  /** The ID of the login: its `user_login_id`. */
  readonly remote_id?: string;
  readonly [name: string]: unknown;
};

export type SessionTransferFinishRequest = {
  /** The ID of the login: its `user_login_id`. */
  readonly remote_id?: string;
  readonly [name: string]: unknown;
};

export type SessionTransferInitReply = {
  readonly credentials: {
    /** Base64 of 256 bytes. */
    readonly auth_key: string;
    readonly dc_id: number;
    /** Host and port of the data centre. */
    readonly server_address: string;
  };
};

export type SessionTransferInitRequest = {
  /** The ID of the login: its `user_login_id`. */
  readonly remote_id?: string;
  readonly [name: string]: unknown;
};

export type TooManyRequestsError = {
  /** A machine-readable error code */
  readonly errcode: "M_LIMIT_EXCEEDED" | "FI.MAU.TELEGRAM.FLOOD_WAIT" | "FI.MAU.TELEGRAM.PHONE_NUMBER_FLOOD";
  /** A human-readable description of the error */
  readonly error: string;
  /** How long to wait, if known. */
  readonly retry_after_ms?: number;
};

export type WhoamiReply = {
  readonly network: {
    readonly displayname: string;
    readonly network_url: string;
    readonly network_icon: string;
    readonly network_id: string;
    readonly beeper_bridge_type: string;
  };
  readonly login_flows: readonly ({
    readonly name: string;
    readonly description: string;
    readonly id: "phone" | "qr" | "bot";
  })[];
  /** The server name of the homeserver. */
  readonly homeserver: string;
  /** The command prefix of the bridge; empty without a bridge and while it is unreachable. */
  readonly bridge_bot: string;
  /** The bot of the bridge; empty without a bridge and while it is unreachable. */
  readonly command_prefix: string;
  /** The user's management room with the bridge bot. */
  readonly management_room?: string;
  readonly logins: readonly ({
    /** Deprecated: see `state`. */
    readonly state_event: string;
    /** Deprecated: see `state`. */
    readonly state_ts: number;
    readonly state: {
      readonly state_event: string;
      /** The time of this state, in seconds since 1970. */
      readonly timestamp: number;
      readonly error?: string;
      readonly message?: string;
      readonly [name: string]: unknown;
    };
    /** The Telegram user ID, which is the login's ID. */
    readonly id: string;
    readonly name: string;
    readonly profile: {
      /** With the leading plus sign. */
      readonly phone?: string;
      readonly username?: string;
      readonly name?: string;
      readonly [name: string]: unknown;
    };
    /** The bridge's space room for the login. */
    readonly space_room?: string;
    /** Whether this Telegram phone number can be used to log in to Matrix: `offered` (call `add_phone`), `added`, or `in_use` by another Matrix account. Absent for bots, for users without a Matrix account on this server, and if `threepids.from_telegram` is `off`. */
    readonly "gangway.add_phone"?: "offered" | "added" | "in_use";
    /** The status of the login's hand-over to the bridge: `offered` (call `hand_over`), `pending` until the bridge confirms it (retried automatically), `handed_over`, or `refused`. Absent without a bridge. */
    readonly "gangway.hand_over"?: "offered" | "pending" | "handed_over" | "refused";
    /** Why the bridge refused the login, or why the last attempt failed. */
    readonly "gangway.hand_over_reason"?: string;
    /** The other holder of the Telegram session: `lease` if a program has leased it, `export` if it was exported. Absent otherwise. */
    readonly "gangway.held_by"?: "lease" | "export";
    readonly [name: string]: unknown;
  })[];
};

/** The operations of "Telegram bridge provisioning, version 3", by method and path. */
export interface Operations {
  /** Get the login flows and the user's logins */
  readonly "GET /whoami": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: WhoamiReply;
  };
  /** Get the capabilities of the bridge */
  readonly "GET /capabilities": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: CapabilitiesReply;
  };
  /** List the login flows */
  readonly "GET /login/flows": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: LoginFlowsReply;
  };
  /** Start a login process */
  readonly "POST /login/start/{flow}": {
    readonly path: {
      /** The ID of a login flow, from `/login/flows`. */
      readonly flow: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The ID of a login to replace. Only the same Telegram user is accepted. */
      readonly login_id?: string;
    };
    readonly body: undefined;
    readonly reply: LoginStep;
  };
  /** Submit the user's input for a step */
  readonly "POST /login/step/{process}/{step}/user_input": {
    readonly path: {
      /** The `login_id` of the login process. */
      readonly process: string;
      /** The `step_id` of the step to answer. */
      readonly step: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The `txn_id` of the step to answer. */
      readonly txn_id?: string;
    };
    readonly body: LoginUserInputRequest;
    readonly reply: LoginStep;
  };
  /** Wait until the user has acted elsewhere */
  readonly "POST /login/step/{process}/{step}/display_and_wait": {
    readonly path: {
      /** The `login_id` of the login process. */
      readonly process: string;
      /** The `step_id` of the step to answer. */
      readonly step: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The `txn_id` of the step to answer. */
      readonly txn_id?: string;
    };
    readonly body: undefined;
    readonly reply: LoginStep;
  };
  /** Submit a step of an unsupported type */
  readonly "POST /login/step/{process}/{step}/{type}": {
    readonly path: {
      /** The `login_id` of the login process. */
      readonly process: string;
      /** The `step_id` of the step to answer. */
      readonly step: string;
      /** `cookies`, `webauthn`, `complete`, ... */
      readonly type: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The `txn_id` of the step to answer. */
      readonly txn_id?: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** Resend the code another way */
  readonly "POST /login/resend/{process}": {
    readonly path: {
      /** The `login_id` of the login process. */
      readonly process: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: LoginStep;
  };
  /** Cancel a login process */
  readonly "POST /login/cancel/{process}": {
    readonly path: {
      /** The `login_id` of the login process. */
      readonly process: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: EmptyObject;
  };
  /** Add the phone number of the Telegram account to the Matrix account */
  readonly "POST /login/add_phone/{login}": {
    readonly path: {
      /** The ID of the login: its `user_login_id`. */
      readonly login: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: LoginAddPhoneReply;
  };
  /** Hand the login over to the bridge */
  readonly "POST /login/hand_over/{login}": {
    readonly path: {
      /** The ID of the login: its `user_login_id`. */
      readonly login: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: LoginHandOverReply;
  };
  /** Log out of Telegram */
  readonly "POST /logout/{login}": {
    readonly path: {
      /** The ID of a login, or `all`. */
      readonly login: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: EmptyObject;
  };
  /** List the IDs of the user's logins */
  readonly "GET /logins": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: LoginsReply;
  };
  /** List the contacts of the Telegram account */
  readonly "GET /contacts": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
    };
    readonly body: undefined;
    readonly reply: ContactsReply;
  };
  /** Search for Telegram users */
  readonly "POST /search_users": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
    };
    readonly body: SearchUsersRequest;
    readonly reply: SearchUsersReply;
  };
  /** Find a Telegram user */
  readonly "GET /resolve_identifier/{identifier}": {
    readonly path: {
      /** A username, a phone number with the leading plus sign, or a Telegram user ID. */
      readonly identifier: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
    };
    readonly body: undefined;
    readonly reply: Person;
  };
  /** Start a direct chat */
  readonly "POST /create_dm/{identifier}": {
    readonly path: {
      /** A username, a phone number with the leading plus sign, a Telegram user ID, or the Matrix ID of a ghost user of the bridge. */
      readonly identifier: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
    };
    readonly body: undefined;
    readonly reply: Person;
  };
  /** Create a group */
  readonly "POST /create_group/{type}": {
    readonly path: {
      /** One of `group_creation` in `/capabilities`. */
      readonly type: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
    };
    readonly body: CreateGroupRequest;
    readonly reply: CreateGroupReply;
  };
  /** Fetch older messages of a room */
  readonly "POST /backfill/{room}": {
    readonly path: {
      /** The Matrix room. */
      readonly room: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
    };
    readonly body: undefined;
    readonly reply: BackfillReply200 | EmptyObject;
  };
  /** Get a sticker pack */
  readonly "GET /image_pack/import": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
      /** The Telegram URL of the sticker pack. */
      readonly pack_url?: string;
    };
    readonly body: undefined;
    readonly reply: ImagePackPreviewReply;
  };
  /** Import a sticker pack into the user's space */
  readonly "POST /image_pack/import": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
      /** The Telegram URL of the sticker pack. */
      readonly pack_url?: string;
    };
    readonly body: undefined;
    readonly reply: ImagePackImportReply;
  };
  /** List the sticker packs of the Telegram account */
  readonly "GET /image_pack/list": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
    };
    readonly body: undefined;
    readonly reply: ImagePackListReply;
  };
  /** Download media that was bridged as a placeholder */
  readonly "POST /resolve_media/{event}": {
    readonly path: {
      /** The Matrix event. */
      readonly event: string;
    };
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
      /** The login to use; the first if absent. */
      readonly login_id?: string;
    };
    readonly body: ResolveMediaRequest;
    readonly reply: ResolveMediaReply;
  };
  /** Export the Telegram session of a login to another program */
  readonly "POST /session_transfer/init": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: SessionTransferInitRequest;
    readonly reply: SessionTransferInitReply;
  };
  /** Confirm that the session was received */
  readonly "POST /session_transfer/finish": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: SessionTransferFinishRequest;
    readonly reply: EmptyObject;
  };
  /** Return the session to Gangway */
  readonly "POST /session_transfer/cancel": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The Matrix ID of the user to act for. Optional with a user's token, which allows no other user. */
      readonly user_id?: string;
    };
    readonly body: SessionTransferCancelRequest;
    readonly reply: EmptyObject;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_matrix/provision/v3" };
