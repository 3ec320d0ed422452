// Made from docs/openapi/admin-v1.json by `npm run generate`.

import type { Api } from '../client.js';

export type DeactivateUserReply = {
  /** `not_here`: the Matrix account is on the homeserver. Deactivate it there. */
  readonly account: "deactivated" | "not_here";
  /** The number of logins to Telegram that are ended. */
  readonly sessions: number;
};

export type EmptyObject = Readonly<Record<string, never>>;

export type Error = {
  readonly errcode: string;
  readonly error: string;
};

export type HandOver = {
  readonly telegram_user_id: string;
  /** The Matrix ID. */
  readonly user_id: string;
  /** `pending`: the bridge is to receive the session. `refused`: the bridge rejected it. `ending`: the bridge is to log out. */
  readonly state: "pending" | "refused" | "ending";
  /** The last answer of the bridge. */
  readonly reason: string | null;
  readonly attempts: number;
  /** When it was created, in milliseconds since 1970. */
  readonly created_at: number;
  readonly next_attempt_at: number | null;
};

export type ListHandOversReply = {
  readonly hand_overs: readonly (HandOver)[];
  /** `from` of the next page. Absent on the last page, which may be empty. */
  readonly next_batch?: string;
};

export type ListLoginProcessesReply = {
  readonly processes: readonly (LoginProcess)[];
  /** `from` of the next page. Absent on the last page, which may be empty. */
  readonly next_batch?: string;
};

export type ListTelegramSessionsReply = {
  readonly sessions: readonly (TelegramSession)[];
  /** `from` of the next page. Absent on the last page, which may be empty. */
  readonly next_batch?: string;
};

export type ListThreepidsReply = {
  readonly threepids: readonly (Threepid)[];
};

export type ListUsersReply = {
  readonly users: readonly ({
    readonly user_id: string;
  })[];
  /** `from` of the next page. Absent on the last page, which may be empty. */
  readonly next_batch?: string;
};

export type LoginProcess = {
  readonly login_id: string;
  /** The Matrix ID. */
  readonly user_id: string;
  /** Null in the dialect 0.3.0. */
  readonly flow: "phone" | "qr" | "bot" | null;
  /** What it waits for. `ending`: it is over, and its session is still to be ended at Telegram. */
  readonly step: "phone" | "bot_token" | "qr" | "code" | "password" | "ending";
  /** When it was started, in milliseconds since 1970. */
  readonly started_at: number;
  /** When it is cancelled if it stays idle, in milliseconds since 1970. */
  readonly expires_at: number;
};

export type RevokeTelegramSessionReply = {
  /** `ended`: Gangway ends the session. `exported`: the user must end the exported session in the Telegram app. `at_bridge`: the session may still be in use at the bridge that is gone; the user must end it in the Telegram app. */
  readonly outcome: "ended" | "exported" | "at_bridge";
};

export type RevokeTelegramSessionRequest = {
  /** If the bridge is gone for good: do not wait until it has logged out. */
  readonly without_bridge?: boolean;
  readonly [name: string]: unknown;
};

export type ShowUserReply = {
  readonly user_id: string;
  /** Null if the Matrix account is on the homeserver. */
  readonly account: {
    /** Milliseconds since 1970. */
    readonly created_at: number;
    readonly deactivated_at: number | null;
  } | null;
  readonly devices: readonly ({
    readonly device_id: string;
    readonly display_name: string | null;
    /** Milliseconds since 1970. */
    readonly created_at: number;
  })[];
  readonly sessions: readonly (TelegramSession)[];
  readonly processes: readonly (LoginProcess)[];
  readonly hand_overs: readonly (HandOver)[];
  readonly threepids: readonly (Threepid)[];
};

export type TelegramSession = {
  readonly telegram_user_id: string;
  /** The Matrix ID. */
  readonly user_id: string;
  readonly username: string | null;
  /** First and last name of the Telegram account. */
  readonly name: string | null;
  readonly is_bot: boolean;
  /** The program that has the session. */
  readonly held_by: "gangway" | "hand_over" | "bridge" | "lease" | "export";
  /** When the user logged in, in milliseconds since 1970. */
  readonly logged_in_at: number;
  readonly hand_over?: HandOver;
  readonly lease?: {
    readonly consumer: string;
    /** When it began, in milliseconds since 1970. */
    readonly taken_at: number;
    /** When it ends, in milliseconds since 1970. */
    readonly expires_at: number;
  };
};

export type Threepid = {
  readonly medium: "email" | "msisdn";
  readonly address: string;
  /** `account`: a 3PID of the Matrix account. `binding`: published by the identity service. */
  readonly use: "account" | "binding";
  /** When it was added, in milliseconds since 1970. */
  readonly added_at: number;
};

export type TooManyRequestsError = {
  readonly errcode: string;
  readonly error: string;
  readonly retry_after_ms: number;
};

/** The operations of "Gangway admin API", by method and path. */
export interface Operations {
  /** List and search users */
  readonly "GET /users": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** `next_batch` of the page before. The first page if absent. */
      readonly from?: string;
      /** How many items to return, 1 to 500, 100 by default. */
      readonly limit?: string;
      /** Return only users whose Matrix ID contains this text, in any case. */
      readonly search?: string;
      /** Return only the user that is logged in as this Telegram user. */
      readonly telegram_user_id?: string;
    };
    readonly body: undefined;
    readonly reply: ListUsersReply;
  };
  /** Show what is stored about a user */
  readonly "GET /users/{user_id}": {
    readonly path: {
      /** The Matrix ID. */
      readonly user_id: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: ShowUserReply;
  };
  /** List the 3PIDs of a user */
  readonly "GET /users/{user_id}/threepids": {
    readonly path: {
      /** The Matrix ID. */
      readonly user_id: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: ListThreepidsReply;
  };
  /** Deactivate a user for good */
  readonly "POST /users/{user_id}/deactivate": {
    readonly path: {
      /** The Matrix ID. */
      readonly user_id: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: DeactivateUserReply;
  };
  /** List the logins to Telegram */
  readonly "GET /sessions": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** `next_batch` of the page before. The first page if absent. */
      readonly from?: string;
      /** How many items to return, 1 to 500, 100 by default. */
      readonly limit?: string;
    };
    readonly body: undefined;
    readonly reply: ListTelegramSessionsReply;
  };
  /** Show a login to Telegram */
  readonly "GET /sessions/{telegram_user_id}": {
    readonly path: {
      /** As in the list. */
      readonly telegram_user_id: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: TelegramSession;
  };
  /** Log a user out of Telegram */
  readonly "POST /sessions/{telegram_user_id}/revoke": {
    readonly path: {
      /** As in the list. */
      readonly telegram_user_id: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: RevokeTelegramSessionRequest;
    readonly reply: RevokeTelegramSessionReply;
  };
  /** List the login processes */
  readonly "GET /processes": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** `next_batch` of the page before. The first page if absent. */
      readonly from?: string;
      /** How many items to return, 1 to 500, 100 by default. */
      readonly limit?: string;
    };
    readonly body: undefined;
    readonly reply: ListLoginProcessesReply;
  };
  /** Cancel a login process */
  readonly "POST /processes/{login_id}/cancel": {
    readonly path: {
      /** As in the list. */
      readonly login_id: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: EmptyObject;
  };
  /** List the hand-overs to the bridge */
  readonly "GET /hand_overs": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** `next_batch` of the page before. The first page if absent. */
      readonly from?: string;
      /** How many items to return, 1 to 500, 100 by default. */
      readonly limit?: string;
    };
    readonly body: undefined;
    readonly reply: ListHandOversReply;
  };
  /** Try a hand-over again now, also one that the bridge has refused */
  readonly "POST /hand_overs/{telegram_user_id}/retry": {
    readonly path: {
      /** As in the list. */
      readonly telegram_user_id: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: EmptyObject;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_gangway/v1/admin" };
