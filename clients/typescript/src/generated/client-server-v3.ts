// Made from docs/openapi/client-server-v3.json by `npm run generate`.

import type { Api } from '../client.js';

export type Add3PIDRequest = {
  /** The session ID from requestToken. */
  readonly sid: string;
  /** The client secret sent to requestToken. */
  readonly client_secret: string;
  /** User-interactive authentication. */
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
};

export type Bind3PIDRequest = {
  /** The session ID from requestToken. */
  readonly sid: string;
  /** The client secret sent to requestToken. */
  readonly client_secret: string;
  /** The identity server at which the 3PID was validated, `host[:port][/path]`. */
  readonly id_server: string;
  /** An access token of the user for the identity server. */
  readonly id_access_token: string;
  readonly [name: string]: unknown;
};

export type ChangePasswordRequest = {
  /** The new password. */
  readonly new_password: string;
  /** Whether all other logins of the account end. Defaults to true. */
  readonly logout_devices?: boolean | null;
  /** User-interactive authentication. */
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
};

export type ConfirmTokenRequest = {
  /** The session ID from requestToken. */
  readonly sid: string;
  /** The client secret sent to requestToken. */
  readonly client_secret: string;
  /** The token that was sent to the 3PID. */
  readonly token: string;
};

export type DeactivateAccountReply = {
  /** `success` if every identity server with a binding has removed it, else `no-support`. */
  readonly id_server_unbind_result: "no-support" | "success";
};

export type DeactivateAccountRequest = {
  /** User-interactive authentication. */
  readonly auth?: Readonly<Record<string, unknown>>;
  /** The identity server to unbind 3PIDs from, `host[:port][/path]`. Defaults to all that are known. */
  readonly id_server?: string | null;
  /** Has no effect: Gangway stores no messages. */
  readonly erase?: boolean | null;
  readonly [name: string]: unknown;
};

export type DeleteDeviceRequest = {
  /** User-interactive authentication. */
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
};

export type DeleteDevicesRequest = {
  /** The device IDs. */
  readonly devices: readonly (string)[];
  /** User-interactive authentication. */
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
};

export type EmailTokenSession = {
  /** The session ID. */
  readonly sid?: string;
  /** The URL to submit the token to, unless it is opened as a link. */
  readonly submit_url?: string;
  readonly [name: string]: unknown;
};

export type EmptyObject = Readonly<Record<string, never>>;

export type Error = {
  /** A machine-readable error code */
  readonly errcode: string;
  /** A human-readable description of the error */
  readonly error: string;
  readonly [name: string]: unknown;
};

export type ExchangeOpenIdTokenReply = {
  /** The Matrix ID. */
  readonly sub: string;
};

export type GenerateLoginTokenReply = {
  /** The `token` for one login with m.login.token. */
  readonly login_token: string;
  /** How long the token is valid. */
  readonly expires_in_ms: number;
};

export type GenerateLoginTokenRequest = {
  /** User-interactive authentication. */
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
};

export type GetAccount3PIDsReply = {
  readonly threepids: readonly ({
    /** The medium of the 3PID. */
    readonly medium: "email" | "msisdn";
    /** The 3PID in its canonical form. */
    readonly address: string;
    /** When it was validated, in milliseconds since 1970. */
    readonly validated_at: number;
    /** When it was added to the account, in milliseconds since 1970. */
    readonly added_at: number;
    readonly [name: string]: unknown;
  })[];
};

export type GetCapabilitiesReply = {
  readonly capabilities: {
    readonly "m.change_password": {
      readonly enabled: boolean;
    };
    readonly "m.3pid_changes": {
      readonly enabled: boolean;
    };
    readonly "m.get_login_token": {
      readonly enabled: boolean;
    };
    readonly "m.set_displayname": {
      readonly enabled: boolean;
    };
    readonly "m.set_avatar_url": {
      readonly enabled: boolean;
    };
  };
};

export type GetDeviceReply = {
  /** The device ID. */
  readonly device_id: string;
  /** The display name, if the device has one. */
  readonly display_name?: string;
};

export type GetDevicesReply = {
  readonly devices: readonly ({
    /** The device ID. */
    readonly device_id: string;
    /** The display name, if the device has one. */
    readonly display_name?: string;
  })[];
};

export type GetLoginFlowsReply = {
  readonly flows: readonly ({
    /** The login type, for the `type` of a login */
    readonly type: string;
    /** With `m.login.token`: whether POST /_matrix/client/v1/login/get_token creates such tokens. */
    readonly get_login_token?: boolean;
    readonly [name: string]: unknown;
  })[];
};

export type GetTokenOwnerReply = {
  /** The Matrix ID that owns the access token. */
  readonly user_id: string;
  /** The device of the access token. */
  readonly device_id?: string;
  /** Always false: guests are not supported. */
  readonly is_guest: boolean;
};

export type GetVersionsReply = {
  /** Versions of the specification. */
  readonly versions: readonly (string)[];
  /** Always empty. */
  readonly unstable_features: {
    readonly [name: string]: boolean;
  };
};

export type GetWellknownReply = {
  readonly "m.homeserver": {
    /** Without a trailing slash. */
    readonly base_url: string;
  };
  readonly "m.identity_server"?: {
    /** Without a trailing slash. */
    readonly base_url: string;
  };
};

export type LoginReply = {
  /** The Matrix ID that was logged in. */
  readonly user_id: string;
  /** Authorizes further requests. */
  readonly access_token: string;
  /** Exchanged for the next access token at POST /refresh. Only present if the client supports refresh tokens. */
  readonly refresh_token?: string;
  /** How long the access token is valid. If absent, it does not expire. */
  readonly expires_in_ms?: number;
  /** The server name of the Matrix ID. Deprecated. */
  readonly home_server: string;
  /** The device that was logged in. */
  readonly device_id: string;
  /** The servers that the client should use from now on, in the form of /.well-known/matrix/client. */
  readonly well_known?: {
    readonly [name: string]: unknown;
  };
  readonly [name: string]: unknown;
};

export type LoginRequest = {
  /** The login type: m.login.password, m.login.token, or another type that the homeserver supports. */
  readonly type: string;
  /** The user: `{type: "m.id.user", user}`, `{type: "m.id.thirdparty", medium, address}` or `{type: "m.id.phone", country, phone}`. `number` is accepted instead of `phone`. */
  readonly identifier?: Readonly<Record<string, unknown>>;
  /** A Matrix ID or its localpart. Deprecated in favour of `identifier`, but takes precedence over it. */
  readonly user?: string;
  /** The medium of a 3PID, `email` or `msisdn`. Deprecated in favour of `identifier`. */
  readonly medium?: string;
  /** A 3PID. Deprecated in favour of `identifier`. Together with `medium`, it takes precedence over `user`. */
  readonly address?: string;
  /** Required for m.login.password. */
  readonly password?: string;
  /** Required for m.login.token. */
  readonly token?: string;
  /** The device to log in. An existing login of the device ends. If absent, a new ID is generated. */
  readonly device_id?: string;
  /** The display name of a new device. */
  readonly initial_device_display_name?: string;
  /** Whether the client supports refresh tokens. Only then may its access token expire. */
  readonly refresh_token?: boolean;
  readonly [name: string]: unknown;
};

export type PhoneTokenSession = {
  /** The session ID. */
  readonly sid?: string;
  /** The URL to submit the token to, unless it is opened as a link. */
  readonly submit_url?: string;
  /** Always true. */
  readonly success?: boolean;
  /** The phone number in its canonical form: digits, country code first. */
  readonly msisdn?: string;
  /** The phone number in international notation. */
  readonly intl_fmt?: string;
  readonly [name: string]: unknown;
};

export type Post3PIDsRequest = {
  /** The session in which the 3PID was validated: `{sid, client_secret}`. Other members in the specification are ignored. */
  readonly three_pid_creds: Readonly<Record<string, unknown>>;
  /** `three_pid_creds` under the name that old clients use. It can contain `clientSecret` instead of `client_secret`. */
  readonly threePidCreds?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
};

export type RefreshReply = {
  /** Authorizes further requests. */
  readonly access_token: string;
  /** Exchanged for the next access token at POST /refresh. Only present if the client supports refresh tokens. */
  readonly refresh_token?: string;
  /** How long the access token is valid. If absent, it does not expire. */
  readonly expires_in_ms?: number;
};

export type RefreshRequest = {
  /** From the login, or from the last refresh. */
  readonly refresh_token: string;
  readonly [name: string]: unknown;
};

export type Remove3PIDReply = {
  /** `success` if every identity server has removed the binding. `no-support` if one has not, or if none is known. */
  readonly id_server_unbind_result: "no-support" | "success";
};

export type Remove3PIDRequest = {
  /** The medium of the 3PID. */
  readonly medium: "email" | "msisdn";
  /** The 3PID. */
  readonly address: string;
  /** The identity server to unbind from, `host[:port][/path]`. Defaults to all identity servers that the 3PID is known to be bound at. */
  readonly id_server?: string | null;
  readonly [name: string]: unknown;
};

export type RequestEmailTokenRequest = {
  /** The e-mail address. */
  readonly email: string;
  /** An identifier of your choice for this attempt: 1 to 255 of `[0-9a-zA-Z.=_-]`. */
  readonly client_secret: string;
  /** A message is sent only if this is greater than the greatest so far for this 3PID and client secret. */
  readonly send_attempt: number;
  /** The URL that the browser is redirected to after the link in the message was opened. */
  readonly next_link?: string | null;
  /** Deprecated. Ignored. */
  readonly id_server?: string | null;
  /** Required if `id_server` is present. Not used. */
  readonly id_access_token?: string | null;
  readonly [name: string]: unknown;
};

export type RequestOpenIdTokenReply = {
  /** Proves the user's identity to another service. It is not an access token. With `provisioning.allow_openid_auth`, it also authorizes version 3 of the provisioning API for this user. */
  readonly access_token: string;
  /** Always `Bearer`. */
  readonly token_type: "Bearer";
  /** The server that verifies the token. */
  readonly matrix_server_name: string;
  /** How long the token is valid, in seconds. */
  readonly expires_in: number;
};

export type RequestOpenIdTokenRequest = {
  readonly [name: string]: unknown;
};

export type RequestPhoneTokenRequest = {
  /** The country in whose national format the number is: two letters, ISO 3166-1. */
  readonly country: string;
  /** The phone number. */
  readonly phone_number: string;
  /** An identifier of your choice for this attempt: 1 to 255 of `[0-9a-zA-Z.=_-]`. */
  readonly client_secret: string;
  /** A message is sent only if this is greater than the greatest so far for this 3PID and client secret. */
  readonly send_attempt: number;
  /** The URL that the browser is redirected to after the link in the message was opened. */
  readonly next_link?: string | null;
  /** Deprecated. Ignored. */
  readonly id_server?: string | null;
  /** Required if `id_server` is present. Not used. */
  readonly id_access_token?: string | null;
  readonly [name: string]: unknown;
};

export type SubmitTokenRequest = {
  /** The session ID from requestToken. */
  readonly sid: string;
  /** The client secret sent to requestToken. */
  readonly client_secret: string;
  /** The token that was sent to the 3PID. */
  readonly token: string;
  readonly [name: string]: unknown;
};

export type TokenOutcome = {
  /** Whether the 3PID was validated. */
  readonly success: boolean;
  /** The reason if it was not. */
  readonly errcode?: string;
  /** The same as a human-readable text. */
  readonly error?: string;
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

export type UnauthorizedError = {
  /** A machine-readable error code */
  readonly errcode: string;
  /** A human-readable description of the error */
  readonly error: string;
  /** Whether the client should log in again and keep its data. */
  readonly soft_logout?: boolean;
  readonly [name: string]: unknown;
};

export type UnauthorizedError2 = {
  readonly errcode?: string;
  readonly error?: string;
  readonly soft_logout?: boolean;
  readonly flows?: readonly ({
    readonly stages: readonly (string)[];
    readonly [name: string]: unknown;
  })[];
  readonly session?: string;
  readonly params?: {
    readonly [name: string]: unknown;
  };
  readonly completed?: readonly (string)[];
  readonly [name: string]: unknown;
};

export type UpdateDeviceRequest = {
  /** The new display name. Control characters are removed. If absent, the name does not change. */
  readonly display_name?: string | null;
  readonly [name: string]: unknown;
};

/** The operations of "Matrix login and 3PIDs", by method and path. */
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
  /** Get the next access token */
  readonly "POST /refresh": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: RefreshRequest;
    readonly reply: RefreshReply;
  };
  /** Get the owner of the access token */
  readonly "GET /account/whoami": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetTokenOwnerReply;
  };
  /** Get a token that proves the user's identity to another service */
  readonly "POST /user/{userId}/openid/request_token": {
    readonly path: {
      /** The user's own Matrix ID. */
      readonly userId: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: RequestOpenIdTokenRequest | undefined;
    readonly reply: RequestOpenIdTokenReply;
  };
  /** Get the capabilities of accounts */
  readonly "GET /capabilities": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetCapabilitiesReply;
  };
  /** List the 3PIDs of the account */
  readonly "GET /account/3pid": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetAccount3PIDsReply;
  };
  /** Add a validated 3PID to the account, without authentication */
  readonly "POST /account/3pid": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: Post3PIDsRequest;
    readonly reply: EmptyObject;
  };
  /** Add a validated 3PID to the account */
  readonly "POST /account/3pid/add": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: Add3PIDRequest;
    readonly reply: EmptyObject;
  };
  /** Bind a 3PID that was validated at an identity server */
  readonly "POST /account/3pid/bind": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: Bind3PIDRequest;
    readonly reply: EmptyObject;
  };
  /** Remove a 3PID from the account */
  readonly "POST /account/3pid/delete": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: Remove3PIDRequest;
    readonly reply: Remove3PIDReply;
  };
  /** Unbind a 3PID from identity servers */
  readonly "POST /account/3pid/unbind": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: Remove3PIDRequest;
    readonly reply: Remove3PIDReply;
  };
  /** Send a mail with a link that validates an e-mail address */
  readonly "POST /account/3pid/email/requestToken": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: RequestEmailTokenRequest;
    readonly reply: EmailTokenSession;
  };
  /** Send a code that validates a phone number */
  readonly "POST /account/3pid/msisdn/requestToken": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: RequestPhoneTokenRequest;
    readonly reply: PhoneTokenSession;
  };
  /** List the devices of the account */
  readonly "GET /devices": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetDevicesReply;
  };
  /** Get one device */
  readonly "GET /devices/{deviceId}": {
    readonly path: {
      /** The device ID. */
      readonly deviceId: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetDeviceReply;
  };
  /** Set the display name of a device */
  readonly "PUT /devices/{deviceId}": {
    readonly path: {
      /** The device ID. */
      readonly deviceId: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: UpdateDeviceRequest;
    readonly reply: EmptyObject;
  };
  /** Log a device out */
  readonly "DELETE /devices/{deviceId}": {
    readonly path: {
      /** The device ID. */
      readonly deviceId: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: DeleteDeviceRequest | undefined;
    readonly reply: EmptyObject;
  };
  /** Log several devices out */
  readonly "POST /delete_devices": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: DeleteDevicesRequest;
    readonly reply: EmptyObject;
  };
  /** Set a new password */
  readonly "POST /account/password": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: ChangePasswordRequest;
    readonly reply: EmptyObject;
  };
  /** Deactivate the account permanently */
  readonly "POST /account/deactivate": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: DeactivateAccountRequest | undefined;
    readonly reply: DeactivateAccountReply;
  };
  /** Send a mail with a link that allows a new password */
  readonly "POST /account/password/email/requestToken": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: RequestEmailTokenRequest;
    readonly reply: EmailTokenSession;
  };
  /** Send a code that allows a new password */
  readonly "POST /account/password/msisdn/requestToken": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: RequestPhoneTokenRequest;
    readonly reply: PhoneTokenSession;
  };
  /** Log out the access token and delete its device */
  readonly "POST /logout": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: EmptyObject;
  };
  /** Log out all devices of the user */
  readonly "POST /logout/all": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: EmptyObject;
  };
  /** Get a token for one login on another device */
  readonly "POST /login/get_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: GenerateLoginTokenRequest | undefined;
    readonly reply: GenerateLoginTokenReply;
  };
  /** Validate a 3PID with the token that was sent to it */
  readonly "POST /email/submit_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: SubmitTokenRequest;
    readonly reply: TokenOutcome;
  };
  /** The page behind the link in a message */
  readonly "GET /email/submit_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The session ID from requestToken. */
      readonly sid: string;
      /** The client secret sent to requestToken. */
      readonly client_secret: string;
      /** The token that was sent to the 3PID. */
      readonly token: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** The button of the page */
  readonly "POST /email/submit_token/confirm": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: ConfirmTokenRequest | undefined;
    readonly reply: unknown;
  };
  /** Validate a 3PID with the token that was sent to it */
  readonly "POST /msisdn/submit_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: SubmitTokenRequest;
    readonly reply: TokenOutcome;
  };
  /** The page behind the link in a message */
  readonly "GET /msisdn/submit_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The session ID from requestToken. */
      readonly sid: string;
      /** The client secret sent to requestToken. */
      readonly client_secret: string;
      /** The token that was sent to the 3PID. */
      readonly token: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** The button of the page */
  readonly "POST /msisdn/submit_token/confirm": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: ConfirmTokenRequest | undefined;
    readonly reply: unknown;
  };
  /** Validate a 3PID with the token that was sent to it */
  readonly "POST /password/email/submit_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: SubmitTokenRequest;
    readonly reply: TokenOutcome;
  };
  /** The page behind the link in a message */
  readonly "GET /password/email/submit_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The session ID from requestToken. */
      readonly sid: string;
      /** The client secret sent to requestToken. */
      readonly client_secret: string;
      /** The token that was sent to the 3PID. */
      readonly token: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** The button of the page */
  readonly "POST /password/email/submit_token/confirm": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: ConfirmTokenRequest | undefined;
    readonly reply: unknown;
  };
  /** Validate a 3PID with the token that was sent to it */
  readonly "POST /password/msisdn/submit_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: SubmitTokenRequest;
    readonly reply: TokenOutcome;
  };
  /** The page behind the link in a message */
  readonly "GET /password/msisdn/submit_token": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The session ID from requestToken. */
      readonly sid: string;
      /** The client secret sent to requestToken. */
      readonly client_secret: string;
      /** The token that was sent to the 3PID. */
      readonly token: string;
    };
    readonly body: undefined;
    readonly reply: unknown;
  };
  /** The button of the page */
  readonly "POST /password/msisdn/submit_token/confirm": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: ConfirmTokenRequest | undefined;
    readonly reply: unknown;
  };
  /** Get the user of an OpenID token */
  readonly "GET /openid/userinfo": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The OpenID token. */
      readonly access_token?: string;
    };
    readonly body: undefined;
    readonly reply: ExchangeOpenIdTokenReply;
  };
  /** Get the supported versions of the specification */
  readonly "GET /versions": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetVersionsReply;
  };
  /** Get the base URLs of this server name */
  readonly "GET /client": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetWellknownReply;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_matrix/client/v3" };
