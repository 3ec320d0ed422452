import type { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';
import type { LoginTokenResult, SignInResult, TelegramConnection } from './gateway.js';
import type { Moved } from './moves.js';
import type { CodeDelivery } from './shapes.js';

export type Authorized = Extract<SignInResult, { readonly kind: 'authorized' }>;

/**
 * The result of requesting a QR code. `lifeMs` is how long the token stays valid from now on, since
 * an engine may not have the clock of the gateway.
 */
export type ExportedToken =
  | { readonly kind: 'token'; readonly token: Secret; readonly lifeMs: number }
  | Exclude<LoginTokenResult, { readonly kind: 'token' }>;

/**
 * The calls of a connection as an engine implements them. A sign-in that Telegram moves to another
 * data centre returns after the move, and is not sent there.
 */
export interface EngineCalls extends Pick<
  TelegramConnection,
  | 'sendCode'
  | 'resendCode'
  | 'checkPassword'
  | 'getMe'
  | 'contacts'
  | 'chats'
  | 'findByUsername'
  | 'findByPhone'
  | 'searchUsers'
  | 'logOut'
> {
  signIn(
    phone: PhoneNumber,
    phoneCodeHash: Secret,
    code: Secret,
    delivery: CodeDelivery,
  ): Promise<SignInResult | Moved>;
  signInBot(token: Secret): Promise<Authorized | Moved>;
  exportLoginToken(): Promise<ExportedToken>;
  importLoginToken(token: Secret): Promise<SignInResult | Moved>;
}

/** What a call resolves with. */
export type CallResult<N extends keyof EngineCalls> = Awaited<ReturnType<EngineCalls[N]>>;

/** Makes a call by its name. */
export type CallEngine = <N extends keyof EngineCalls>(
  name: N,
  ...args: Parameters<EngineCalls[N]>
) => Promise<CallResult<N>>;

/** The calls as functions of a client of the engine. */
export type EngineOperations<Client> = {
  readonly [N in keyof EngineCalls]: (
    client: Client,
    ...args: Parameters<EngineCalls[N]>
  ) => ReturnType<EngineCalls[N]>;
};

// If the lifetime of a token differs much from this, one of the two clocks is wrong.
const usualLifeMs = 30_000;
const shortestLifeMs = 1_000;
const maxLifeMs = 60_000;

/** Returns how long a QR token stays valid that expires at this time, in seconds since 1970. */
export function lifeOfToken(expires: number, now: number): number {
  const lifeMs = 1000 * expires - now;
  return shortestLifeMs <= lifeMs && lifeMs <= maxLifeMs ? lifeMs : usualLifeMs;
}
