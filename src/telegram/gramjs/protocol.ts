import type { TelegramFault } from '../failure.js';
import type { CodeDelivery, TelegramChat } from '../shapes.js';
import type { Moved } from './moves.js';

/** The address of one data centre of a Telegram network. */
export interface DataCentre {
  readonly id: number;
  readonly ip: string;
  readonly port: number;
}

/**
 * An RSA key of a Telegram network. `fingerprint` is the signed decimal number by which gramjs
 * finds keys.
 */
export interface RsaPublicKey {
  readonly fingerprint: string;
  readonly modulus: Uint8Array;
  readonly exponent: number;
}

/** A proxy with its secrets in clear, to be sent to a worker. */
export type PlainProxy =
  | {
      readonly type: 'socks5';
      readonly address: string;
      readonly port: number;
      readonly username?: string;
      readonly password?: string;
    }
  | { readonly type: 'mtproxy'; readonly address: string; readonly port: number; readonly secret: string };

/** The device fields that the client sends to Telegram (initConnection). */
export interface DeviceInfo {
  readonly deviceModel: string;
  readonly systemVersion: string;
  readonly appVersion: string;
  readonly langCode: string;
  readonly systemLangCode: string;
}

/** The settings with which a worker starts. */
export interface WorkerSettings {
  readonly apiId: number;
  readonly apiHash: string;
  readonly deviceInfo: DeviceInfo;
  readonly proxy: PlainProxy | null;
  /** Empty for Telegram's own network. */
  readonly dataCentres: readonly DataCentre[];
  readonly publicKeys: readonly RsaPublicKey[];
}

/** A user as sent between threads. */
export interface PlainUser {
  readonly id: string;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  readonly isBot: boolean;
}

/** A sent code as sent between threads. */
export interface PlainLoginCode {
  readonly phoneCodeHash: string;
  readonly delivery: CodeDelivery;
  readonly length: number | null;
  readonly hint: string | null;
  readonly nextDelivery: CodeDelivery | null;
  readonly timeoutMs: number | null;
}

/** The result of signing in, as sent between threads. */
export type PlainSignInResult =
  | { readonly kind: 'authorized'; readonly user: PlainUser }
  | { readonly kind: 'password_needed'; readonly hint: string | null };

/**
 * The result of requesting a QR code, as sent between threads. `lifeMs` is how long the token stays
 * valid from now on.
 */
export type PlainLoginTokenResult =
  | { readonly kind: 'token'; readonly token: string; readonly lifeMs: number }
  | { readonly kind: 'accepted_elsewhere'; readonly token: string }
  | PlainSignInResult;

/** The user with an identifier, as sent between threads. */
export type PlainFoundUser =
  { readonly kind: 'user'; readonly user: PlainUser } | { readonly kind: 'no_user' } | { readonly kind: 'not_found' };

/** The calls that the main thread sends to a connection in a worker. */
export interface Calls {
  readonly connect: { readonly args: { readonly session: string | null }; readonly result: null };
  readonly sendCode: { readonly args: { readonly phone: string }; readonly result: PlainLoginCode };
  readonly resendCode: {
    readonly args: { readonly phone: string; readonly phoneCodeHash: string };
    readonly result: PlainLoginCode | null;
  };
  readonly exportLoginToken: { readonly args: null; readonly result: PlainLoginTokenResult };
  readonly importLoginToken: { readonly args: { readonly token: string }; readonly result: PlainSignInResult | Moved };
  readonly contacts: { readonly args: null; readonly result: readonly PlainUser[] };
  readonly chats: { readonly args: null; readonly result: readonly TelegramChat[] };
  readonly findByUsername: { readonly args: { readonly username: string }; readonly result: PlainFoundUser };
  readonly findByPhone: { readonly args: { readonly phone: string }; readonly result: PlainFoundUser };
  readonly searchUsers: { readonly args: { readonly query: string }; readonly result: readonly PlainUser[] };
  readonly signIn: {
    readonly args: {
      readonly phone: string;
      readonly phoneCodeHash: string;
      readonly code: string;
      readonly delivery: CodeDelivery;
    };
    readonly result: PlainSignInResult | Moved;
  };
  readonly checkPassword: { readonly args: { readonly password: string }; readonly result: PlainUser };
  readonly signInBot: {
    readonly args: { readonly token: string };
    readonly result: Extract<PlainSignInResult, { kind: 'authorized' }> | Moved;
  };
  readonly getMe: { readonly args: null; readonly result: PlainUser };
  readonly logOut: { readonly args: null; readonly result: null };
  /** Also ends a connect that is under way; calls under way fail as `unreachable`. */
  readonly destroy: { readonly args: null; readonly result: null };
  /** Answered at once by a worker that does not hang. */
  readonly ping: { readonly args: null; readonly result: null };
}

export type CallName = keyof Calls;

/** A message from the main thread to a worker. */
export type Request<N extends CallName = CallName> = {
  readonly [M in N]: {
    readonly requestId: number;
    readonly connectionId: number;
    readonly name: M;
    readonly args: Calls[M]['args'];
  };
}[N];

/** An error as sent between threads. Its message is for the log. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  /** The lines of the stack below the message, or empty. */
  readonly frames: string;
}

/**
 * A message from a worker to the main thread. `session` is the current session, or null if the
 * connection has none.
 */
export type Reply =
  | {
      readonly type: 'result';
      readonly requestId: number;
      readonly session: string | null;
      readonly result: Calls[CallName]['result'];
    }
  | {
      readonly type: 'failure';
      readonly requestId: number;
      readonly session: string | null;
      readonly fault: TelegramFault;
      readonly cause: PlainError | null;
    }
  /** The call under way on this connection waits for its turn in the worker, or proceeds. */
  | { readonly type: 'turn'; readonly connectionId: number; readonly waits: boolean }
  /** A QR code of this connection may have been scanned. */
  | { readonly type: 'login_token'; readonly connectionId: number }
  /** An unexpected exception. */
  | { readonly type: 'defect'; readonly requestId: number; readonly error: PlainError }
  | {
      readonly type: 'log';
      readonly level: 'warn' | 'debug';
      readonly message: string;
      readonly connectionId: number | null;
    };
