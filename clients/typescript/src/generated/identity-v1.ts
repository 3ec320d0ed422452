// Made from docs/openapi/identity-v1.json by `npm run generate`.

import type { Api } from '../client.js';

export type BindRequest = {
  /** The session ID from requestToken. */
  readonly sid: string;
  /** The client secret sent to requestToken. */
  readonly client_secret: string;
  /** The Matrix user ID to bind it to. */
  readonly mxid: string;
  readonly [name: string]: unknown;
};

export type BlindlySignStuffReply = {
  /** The Matrix user ID of the invited user. */
  readonly mxid?: string;
  /** The Matrix user ID of the inviting user. */
  readonly sender?: string;
  /** The token of the invite. */
  readonly token?: string;
  /** Signatures by server and key. */
  readonly signatures?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
};

export type BlindlySignStuffRequest = {
  /** The Matrix user ID of the invited user. */
  readonly mxid: string;
  /** The token of the invite. */
  readonly token: string;
  /** The private key from the mail, in base64. */
  readonly private_key: string;
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

export type EmailRequestTokenReply = {
  /** The session ID. */
  readonly sid: string;
};

export type EmailRequestTokenRequest = {
  /** The e-mail address. */
  readonly email: string;
  /** An identifier of your choice for this attempt. */
  readonly client_secret: string;
  /** A message is sent only if this is greater than the greatest so far for this 3PID and client secret. */
  readonly send_attempt?: number | string;
  /** The URL that the browser is redirected to after the link in the message was opened. */
  readonly next_link?: string | null;
  /** The design of the message. May also be sent in the query. */
  readonly brand?: string | null;
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

export type GetPubKeyReply = {
  /** The key, unpadded base64. */
  readonly public_key: string;
};

export type GetValidated3pidReply = {
  /** The medium of the 3PID: email or msisdn. */
  readonly medium: string;
  /** The 3PID in its canonical form. */
  readonly address: string;
  /** When it was validated, in milliseconds since 1970. */
  readonly validated_at: number;
};

export type GetVersionsReply = {
  readonly versions: readonly (string)[];
};

export type KeyValidity = {
  readonly valid: boolean;
};

export type LookupUsersReply = {
  /** The bound 3PIDs, each as `[medium, address, mxid]`. */
  readonly threepids: readonly (readonly [string, string, string])[];
};

export type LookupUsersRequest = {
  /** 3PIDs, each as `[medium, address]`. */
  readonly threepids: readonly (readonly [string, string])[];
  readonly [name: string]: unknown;
};

export type MsisdnRequestTokenReply = {
  /** Always true. */
  readonly success: boolean;
  /** The session ID. */
  readonly sid: string;
  /** The phone number in its canonical form: digits, country code first. */
  readonly msisdn: string;
  /** The phone number in international notation. */
  readonly intl_fmt?: string;
};

export type MsisdnRequestTokenRequest = {
  /** The country in whose national format the number is: two letters, ISO 3166-1. */
  readonly country: string;
  /** The phone number. */
  readonly phone_number: string;
  /** An identifier of your choice for this attempt. */
  readonly client_secret: string;
  /** A message is sent only if this is greater than the greatest so far for this 3PID and client secret. */
  readonly send_attempt?: number | string;
  /** The URL that the browser is redirected to after the link in the message was opened. */
  readonly next_link?: string | null;
  /** The design of the message. May also be sent in the query. */
  readonly brand?: string | null;
  readonly [name: string]: unknown;
};

export type SignedAssociation = {
  /** The 3PID. */
  readonly address?: string;
  /** The medium of the 3PID: email or msisdn. */
  readonly medium?: string;
  /** The Matrix user ID that it is bound to. */
  readonly mxid?: string;
  /** Start of its validity, in milliseconds since 1970. */
  readonly not_before?: number;
  /** End of its validity, in milliseconds since 1970. */
  readonly not_after?: number;
  /** When it was bound, in milliseconds since 1970. */
  readonly ts?: number;
  /** Signatures by server and key. */
  readonly signatures?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
};

export type StoreInviteReply = {
  /** Identifies the invite. */
  readonly token: string;
  /** The long-term key of the server, unpadded base64. */
  readonly public_key: string;
  /** The long-term key of the server, followed by the key of the invite. */
  readonly public_keys: readonly ({
    /** Unpadded base64. */
    readonly public_key: string;
    /** The URL for checking the key. */
    readonly key_validity_url: string;
  })[];
  /** The address, redacted. */
  readonly display_name: string;
};

export type StoreInviteRequest = {
  /** email */
  readonly medium: string;
  /** The e-mail address of the invited user. */
  readonly address: string;
  /** The room. */
  readonly room_id: string;
  /** The Matrix user ID of the inviting user. */
  readonly sender: string;
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

export type UnbindRequest = {
  /** The Matrix user ID that the 3PID is bound to. */
  readonly mxid: string;
  readonly threepid: {
    /** Its medium. */
    readonly medium: string;
    /** The 3PID. */
    readonly address: string;
    readonly [name: string]: unknown;
  };
  /** A session in which the 3PID was validated. No signature is needed then. */
  readonly sid?: string | null;
  /** The client secret of that session. */
  readonly client_secret?: string | null;
  readonly [name: string]: unknown;
};

/** The operations of "Matrix identity service, version 1", by method and path. */
export interface Operations {
  /** Send a mail that validates an e-mail address */
  readonly "POST /validate/email/requestToken": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: EmailRequestTokenRequest | undefined;
    readonly reply: EmailRequestTokenReply;
  };
  /** Validate a 3PID with the token that was sent to it */
  readonly "POST /validate/email/submitToken": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: SubmitTokenRequest | undefined;
    readonly reply: TokenOutcome;
  };
  /** The page behind the link in a message */
  readonly "GET /validate/email/submitToken": {
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
  /** Send a code that validates a phone number */
  readonly "POST /validate/msisdn/requestToken": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: MsisdnRequestTokenRequest | undefined;
    readonly reply: MsisdnRequestTokenReply;
  };
  /** Validate a 3PID with the token that was sent to it */
  readonly "POST /validate/msisdn/submitToken": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: SubmitTokenRequest | undefined;
    readonly reply: TokenOutcome;
  };
  /** The page behind the link in a message */
  readonly "GET /validate/msisdn/submitToken": {
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
  /** Get the 3PID that was validated in a session */
  readonly "GET /3pid/getValidated3pid": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The session ID from requestToken. */
      readonly sid: string;
      /** The client secret sent to requestToken. */
      readonly client_secret: string;
    };
    readonly body: undefined;
    readonly reply: GetValidated3pidReply;
  };
  /** The button of the page */
  readonly "POST /validate/email/submitToken/confirm": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: ConfirmTokenRequest | undefined;
    readonly reply: unknown;
  };
  /** The button of the page */
  readonly "POST /validate/msisdn/submitToken/confirm": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: ConfirmTokenRequest | undefined;
    readonly reply: unknown;
  };
  /** Bind a validated 3PID to a Matrix ID */
  readonly "POST /bind": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: BindRequest | undefined;
    readonly reply: SignedAssociation;
  };
  /** Bind a validated 3PID to a Matrix ID */
  readonly "POST /3pid/bind": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: BindRequest | undefined;
    readonly reply: SignedAssociation;
  };
  /** Unbind a 3PID */
  readonly "POST /3pid/unbind": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: UnbindRequest | undefined;
    readonly reply: EmptyObject;
  };
  /** Look up a 3PID */
  readonly "GET /lookup": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** email or msisdn */
      readonly medium: string;
      /** The address. */
      readonly address: string;
    };
    readonly body: undefined;
    readonly reply: SignedAssociation;
  };
  /** Look up many 3PIDs */
  readonly "POST /bulk_lookup": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: LookupUsersRequest | undefined;
    readonly reply: LookupUsersReply;
  };
  /** Store an invite of an e-mail address to a room, and send it */
  readonly "POST /store-invite": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: StoreInviteRequest | undefined;
    readonly reply: StoreInviteReply;
  };
  /** Sign the acceptance of an invite */
  readonly "POST /sign-ed25519": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: BlindlySignStuffRequest | undefined;
    readonly reply: BlindlySignStuffReply;
  };
  /** Check a long-term key of this server */
  readonly "GET /pubkey/isvalid": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The key, in base64. */
      readonly public_key: string;
    };
    readonly body: undefined;
    readonly reply: KeyValidity;
  };
  /** Check the key of an invite */
  readonly "GET /pubkey/ephemeral/isvalid": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: {
      /** The key, in base64. */
      readonly public_key: string;
    };
    readonly body: undefined;
    readonly reply: KeyValidity;
  };
  /** Get a long-term public key of this server */
  readonly "GET /pubkey/{keyId}": {
    readonly path: {
      /** The key ID. */
      readonly keyId: string;
    };
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetPubKeyReply;
  };
  /** Check that there is an identity service */
  readonly "GET /api/v1": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: EmptyObject;
  };
  /** Get the supported versions of the specification */
  readonly "GET /versions": {
    readonly path: Readonly<Record<string, never>>;
    readonly query: Readonly<Record<string, never>>;
    readonly body: undefined;
    readonly reply: GetVersionsReply;
  };
}

/** For `createClient`. */
export const api: Api<Operations> = { path: "/_matrix/identity/api/v1" };
