// Made from docs/openapi/client-server-v1.json by `npm run generate`.

import type { Api } from '../client.js';

export type Error = {
  /** A machine-readable error code */
  readonly errcode: string;
  /** A human-readable description of the error */
  readonly error: string;
  readonly [name: string]: unknown;
};

export type GetLoginFlowsReply = {
  readonly flows: readonly ({
    readonly type: string;
    readonly [name: string]: unknown;
  })[];
};

export type LoginReply = {
  /** The Matrix ID that was logged in. */
  readonly user_id: string;
  /** The access token. It does not expire. */
  readonly access_token: string;
  /** The server name of the Matrix ID. */
  readonly home_server: string;
  /** The device that was logged in. */
  readonly device_id: string;
};

export type LoginRequest = {
  /** A Matrix ID or its localpart. Same as `user`. */
  readonly username: string;
  /** The password. */
  readonly password: string;
  /** The login type. Defaults to m.login.password. */
  readonly type?: string;
  /** Alternative name of `username`. Takes precedence over it. */
  readonly user?: string;
  readonly [name: string]: unknown;
};

export type TooManyRequestsError = {
  /** A machine-readable error code */
  readonly errcode: string;
  /** A human-readable description of the error */
  readonly error: string;
  /** How long to wait. */
  readonly retry_after_ms?: number;
  readonly [name: string]: unknown;
};

/** The operations of "Matrix login, first version", by method and path. */
export interface Operations {
  /** Get the available login types */
  readonly "GET /login": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetLoginFlowsReply;
  };
  /** Log in */
  readonly "POST /login": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: LoginRequest;
    readonly reply: LoginReply;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_matrix/client/api/v1" };
