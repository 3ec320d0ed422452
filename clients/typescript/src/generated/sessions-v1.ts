// Made from docs/openapi/sessions-v1.json by `npm run generate`.

import type { Api } from '../client.js';

export type AcquireSessionReply = {
  /** Required to renew or release the lease. Treat it as a secret. */
  readonly lease_id: string;
  /** Greater than that of every earlier lease of the session. Reject work with a smaller number than the greatest seen. */
  readonly fencing: number;
  /** Milliseconds since 1970. Close the connection to Telegram before this time unless the lease was renewed. */
  readonly expires_at: number;
  readonly telegram_user_id: string;
  /** The Matrix ID of the logged-in user. */
  readonly user_id: string;
  readonly format: "mautrix" | "gramjs" | "telethon" | "mtcute" | "gotd" | "pyrogram";
  /** The session in the requested format. It grants access to the Telegram account. */
  readonly session: string;
};

export type AcquireSessionRequest = {
  readonly telegram_user_id: string;
  /** The library that will use the session. */
  readonly format: "mautrix" | "gramjs" | "telethon" | "mtcute" | "gotd" | "pyrogram";
  /** The duration of the lease in seconds. Limited to sessions.max_lease_seconds. */
  readonly lifetime_seconds?: number;
  /** A random text. If the response was lost, a repeated request with this ID returns the same lease until it expires. */
  readonly request_id?: string;
  readonly [name: string]: unknown;
};

export type ConflictError = {
  readonly errcode: string;
  readonly error: string;
  /** Who holds the session: hand_over, bridge, lease or export. */
  readonly held_by?: string;
  /** The name of the program that holds the lease. */
  readonly consumer?: string;
  /** When that lease ends unless it is renewed, in milliseconds since 1970. */
  readonly expires_at?: number;
};

export type EmptyObject = Readonly<Record<string, never>>;

export type Error = {
  readonly errcode: string;
  readonly error: string;
};

export type LeaseEndedEvent = {
  /** The ID of the event. An event can be sent more than once. */
  readonly id: string;
  readonly type: "lease.ended";
  /** Milliseconds since 1970. */
  readonly occurred_at: number;
  readonly data: {
    /** The Matrix ID of the user. */
    readonly user_id: string;
    readonly telegram_user_id: string;
    readonly consumer: string;
    readonly reason: "released" | "expired";
  };
};

export type LeaseTakenEvent = {
  /** The ID of the event. An event can be sent more than once. */
  readonly id: string;
  readonly type: "lease.taken";
  /** Milliseconds since 1970. */
  readonly occurred_at: number;
  readonly data: {
    /** The Matrix ID of the user. */
    readonly user_id: string;
    readonly telegram_user_id: string;
    readonly consumer: string;
    readonly fencing: number;
    /** Milliseconds since 1970. */
    readonly expires_at: number;
  };
};

export type ListSessionsReply = {
  readonly sessions: readonly ({
    readonly telegram_user_id: string;
    /** The Matrix ID of the logged-in user. */
    readonly user_id: string;
    readonly username: string | null;
    /** First and last name of the Telegram account. */
    readonly name: string | null;
    readonly is_bot: boolean;
    /** Who holds the session. Only sessions held by `gangway` can be acquired. */
    readonly held_by: "gangway" | "hand_over" | "bridge" | "lease" | "export";
    /** Milliseconds since 1970. */
    readonly logged_in_at: number;
    /** Present if the session is leased. */
    readonly lease?: {
      readonly consumer: string;
      readonly fencing: number;
      readonly expires_at: number;
    };
  })[];
};

export type LoginCompletedEvent = {
  /** The ID of the event. An event can be sent more than once. */
  readonly id: string;
  readonly type: "login.completed";
  /** Milliseconds since 1970. */
  readonly occurred_at: number;
  readonly data: {
    /** The Matrix ID of the user. */
    readonly user_id: string;
    readonly telegram_user_id: string;
    readonly is_bot: boolean;
  };
};

export type PhoneAddedEvent = {
  /** The ID of the event. An event can be sent more than once. */
  readonly id: string;
  readonly type: "phone.added";
  /** Milliseconds since 1970. */
  readonly occurred_at: number;
  readonly data: {
    /** The Matrix ID of the user. */
    readonly user_id: string;
    readonly telegram_user_id: string;
    readonly phone: string;
  };
};

export type PhoneRemovedEvent = {
  /** The ID of the event. An event can be sent more than once. */
  readonly id: string;
  readonly type: "phone.removed";
  /** Milliseconds since 1970. */
  readonly occurred_at: number;
  readonly data: {
    /** The Matrix ID of the user. */
    readonly user_id: string;
    readonly telegram_user_id: string;
    readonly phone: string;
  };
};

export type ReleaseLeaseRequest = {
  readonly lease_id: string;
  readonly [name: string]: unknown;
};

export type RenewLeaseReply = {
  /** Required to renew or release the lease. Treat it as a secret. */
  readonly lease_id: string;
  /** Greater than that of every earlier lease of the session. Reject work with a smaller number than the greatest seen. */
  readonly fencing: number;
  /** Milliseconds since 1970. Close the connection to Telegram before this time unless the lease was renewed. */
  readonly expires_at: number;
};

export type RenewLeaseRequest = {
  readonly lease_id: string;
  /** The duration of the lease in seconds. Limited to sessions.max_lease_seconds. */
  readonly lifetime_seconds?: number;
  readonly [name: string]: unknown;
};

export type SessionEndedEvent = {
  /** The ID of the event. An event can be sent more than once. */
  readonly id: string;
  readonly type: "session.ended";
  /** Milliseconds since 1970. */
  readonly occurred_at: number;
  readonly data: {
    /** The Matrix ID of the user. */
    readonly user_id: string;
    readonly telegram_user_id: string;
    /** logout: by the user. replaced: by a new login to the same account. bridge: the login is gone from the bridge. All others: Telegram's answer. */
    readonly reason: "logout" | "replaced" | "bridge" | "revoked" | "expired" | "deactivated" | "duplicated" | "auth_key_forgotten";
  };
};

export type SessionHandedOverEvent = {
  /** The ID of the event. An event can be sent more than once. */
  readonly id: string;
  readonly type: "session.handed_over";
  /** Milliseconds since 1970. */
  readonly occurred_at: number;
  readonly data: {
    /** The Matrix ID of the user. */
    readonly user_id: string;
    readonly telegram_user_id: string;
  };
};

export type TooManyRequestsError = {
  readonly errcode: string;
  readonly error: string;
  readonly retry_after_ms: number;
};

/** The operations of "Gangway sessions", by method and path. */
export interface Operations {
  /** List the sessions of the users for whom the consumer may act */
  readonly "GET ": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** Return only sessions of this Matrix user. */
      readonly user_id?: string;
    };
    readonly body: undefined;
    readonly reply: ListSessionsReply;
  };
  /** Lease a session, exclusively */
  readonly "POST /acquire": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: AcquireSessionRequest;
    readonly reply: AcquireSessionReply;
  };
  /** Extend a lease that has not expired */
  readonly "POST /renew": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: RenewLeaseRequest;
    readonly reply: RenewLeaseReply;
  };
  /** Give a session back before its lease expires */
  readonly "POST /release": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: ReleaseLeaseRequest;
    readonly reply: EmptyObject;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_gangway/v1/sessions" };
