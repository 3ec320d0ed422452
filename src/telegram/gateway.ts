import type { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';
import type {
  CodeDelivery,
  FoundUser,
  LoginCode,
  LoginToken,
  TelegramChat,
  TelegramContact,
  TelegramUser,
} from './shapes.js';

/**
 * A Telegram session in the form that is stored (stored-session.ts): data centre and auth key. Any
 * client that has it is logged in.
 */
export type TelegramSession = Secret;

/**
 * Stores the new session after Telegram has moved a sign-in to another data centre. The sign-in is
 * sent there only after this resolves. So each session that is logged in at Telegram is stored.
 */
export type SessionKeeper = (session: TelegramSession) => Promise<void>;

/** The result of signing in: the user, or that Telegram requires the cloud password too. */
export type SignInResult =
  | { readonly kind: 'authorized'; readonly user: TelegramUser }
  | { readonly kind: 'password_needed'; readonly hint: string | null };

/**
 * The result of requesting a QR code: a token to show or, if the last one was accepted, the result
 * of signing in.
 */
export type LoginTokenResult =
  | { readonly kind: 'token'; readonly token: LoginToken }
  /**
   * Accepted by an account of another data centre. The session has moved there; pass `token` to
   * importLoginToken.
   */
  | { readonly kind: 'accepted_elsewhere'; readonly token: Secret }
  | SignInResult;

/**
 * The calls to Telegram that this project needs. Each method throws TelegramFailure for expected
 * failures.
 */
export interface TelegramGateway {
  /**
   * Opens a connection on a new session, or on a saved one. Settles within the gateway's own
   * deadline, which is paused while connections wait for each other (less than a minute). The
   * caller must keep at most one live connection per session, because Telegram revokes a duplicated
   * auth key for good. If the gateway was created with a LeaseGuard, a connection sends nothing
   * while its deadline is over, and Telegram is asked to close it when it is silent
   * (ping_delay_disconnect).
   */
  connect(session?: TelegramSession): Promise<TelegramConnection>;
  /** Destroys every connection. Calls under way reject with the failure `unreachable`. */
  close(): Promise<void>;
}

/**
 * A live connection. Each call settles within the gateway's deadline, like connect. After the
 * failure `unreachable` or `session_dead` the connection is unusable: destroy it. After
 * `unreachable`, connect again on the saved session.
 */
export interface TelegramConnection {
  /**
   * The current session. Each call may change it (a login may move to another data centre), so save
   * it after each call.
   */
  readonly session: TelegramSession;
  /**
   * auth.sendCode. If Telegram sends no code, throws `login_email_required`, `payment_required` or
   * `code_unavailable`.
   */
  sendCode(phone: PhoneNumber): Promise<LoginCode>;
  /** auth.resendCode: sends a code by the next way of delivery. Returns null if there is none. */
  resendCode(phone: PhoneNumber, phoneCodeHash: Secret): Promise<LoginCode | null>;
  /**
   * auth.signIn with the code. A code whose delivery was `email` is sent as email_verification.
   * Throws `phone_number_unoccupied` if the account does not exist. Without `keep`, this and the
   * other sign-ins throw `unreachable` when Telegram moves them to another data centre.
   */
  signIn(
    phone: PhoneNumber,
    phoneCodeHash: Secret,
    code: Secret,
    keep?: SessionKeeper,
    delivery?: CodeDelivery,
  ): Promise<SignInResult>;
  /**
   * account.getPassword and auth.checkPassword (SRP). Both belong to the auth key, so Telegram does
   * not move them. Throws `password_not_set` if the account has no password.
   */
  checkPassword(password: Secret): Promise<TelegramUser>;
  /** auth.importBotAuthorization */
  signInBot(token: Secret, keep?: SessionKeeper): Promise<TelegramUser>;
  /**
   * auth.exportLoginToken (core.telegram.org/api/qr-login). Until a token is accepted, returns a
   * new one when the last one expires, or earlier.
   */
  exportLoginToken(): Promise<LoginTokenResult>;
  /**
   * auth.importLoginToken with the token of `accepted_elsewhere`. Throws `login_token_invalid` if
   * it is no longer valid.
   */
  importLoginToken(token: Secret, keep?: SessionKeeper): Promise<SignInResult>;
  /**
   * Resolves when the token exported on this connection may have been accepted: Telegram sent
   * updateLoginToken, or could have while the connection was broken. Also resolves when `signal`
   * aborts or the connection ends. Never rejects.
   */
  loginTokenNews(signal: AbortSignal): Promise<void>;
  /** users.getUsers of oneself, never cached. Throws `session_dead` if the login is over. */
  getMe(): Promise<TelegramUser>;
  /** contacts.getContacts */
  contacts(): Promise<readonly TelegramContact[]>;
  /** messages.getDialogs: the newest, at most a hundred. */
  chats(): Promise<readonly TelegramChat[]>;
  /** contacts.resolveUsername */
  findByUsername(username: string): Promise<FoundUser>;
  /** contacts.resolvePhone */
  findByPhone(phone: PhoneNumber): Promise<FoundUser>;
  /**
   * contacts.search: users among the contacts, and all users whose username begins with the query.
   */
  searchUsers(query: string): Promise<readonly TelegramContact[]>;
  /** auth.logOut. Also resolves if Telegram had already ended the session. */
  logOut(): Promise<void>;
  /** Closes the connection and frees its resources. Never rejects, and may be called twice. */
  destroy(): Promise<void>;
}
