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

/** A Telegram session in its adapter's own form: data centre and auth key. Whoever holds it is logged in. */
export type TelegramSession = Secret;

/**
 * Stores a session. Called when Telegram has moved a sign-in to another data centre, with the new session: the sign-in is
 * sent there only after this resolves, so that a session which is logged in at Telegram is always stored.
 */
export type SessionKeeper = (session: TelegramSession) => Promise<void>;

/** What came of a login code: who is logged in, or that Telegram wants the cloud password too. */
export type SignInResult =
  | { readonly kind: 'authorized'; readonly user: TelegramUser }
  | { readonly kind: 'password_needed'; readonly hint: string | null };

/** What came of asking for a QR code: one to show, or, where somebody has accepted the last one, what signing in leads to. */
export type LoginTokenResult =
  | { readonly kind: 'token'; readonly token: LoginToken }
  /** Accepted by an account of another data centre. The session has moved there; `token` is to be given to importLoginToken. */
  | { readonly kind: 'accepted_elsewhere'; readonly token: Secret }
  | SignInResult;

/** Telegram, as this project needs it. Every method throws TelegramFailure for what is known to go wrong. */
export interface TelegramGateway {
  /**
   * Opens a connection on a new session, or on one saved before. Settles within the gateway's own deadline, which does not
   * run while connections wait for each other (less than a minute).
   * The caller sees to it that one session has one live connection at most (Telegram kills a duplicated auth key for good).
   */
  connect(session?: TelegramSession): Promise<TelegramConnection>;
  /** Destroys every connection. Calls under way settle with the failure `unreachable`. */
  close(): Promise<void>;
}

/**
 * One live connection. Every call settles within the gateway's deadline, as connect does. After a failure of kind `unreachable` or
 * `session_dead` the connection is of no further use: destroy it, and connect again on the saved session where it is not dead.
 */
export interface TelegramConnection {
  /** The session as it is now. It may change with every call (a login may migrate to another data centre), so save it after each. */
  readonly session: TelegramSession;
  /** auth.sendCode. If no code is sent, the failure is `login_email_required`, `payment_required` or `code_unavailable`. */
  sendCode(phone: PhoneNumber): Promise<LoginCode>;
  /** auth.resendCode: by the next way of delivery; null where there is none. */
  resendCode(phone: PhoneNumber, phoneCodeHash: Secret): Promise<LoginCode | null>;
  /**
   * auth.signIn with the code; one whose delivery was `email` goes back as email_verification. An account that does not exist is the
   * failure `phone_number_unoccupied`.
   * Without `keep`, a move to another data centre is the failure `unreachable`; so it is in the other sign-ins.
   */
  signIn(
    phone: PhoneNumber,
    phoneCodeHash: Secret,
    code: Secret,
    keep?: SessionKeeper,
    delivery?: CodeDelivery,
  ): Promise<SignInResult>;
  /**
   * account.getPassword and auth.checkPassword (SRP). Both belong to the key, so they do not move. An account without a password is
   * the failure `password_not_set`.
   */
  checkPassword(password: Secret): Promise<TelegramUser>;
  /** auth.importBotAuthorization */
  signInBot(token: Secret, keep?: SessionKeeper): Promise<TelegramUser>;
  /** auth.exportLoginToken (core.telegram.org/api/qr-login). Until it is accepted, a new token comes when the last one is over, or before. */
  exportLoginToken(): Promise<LoginTokenResult>;
  /** auth.importLoginToken with the token of `accepted_elsewhere`; `login_token_invalid` if that is no longer good. */
  importLoginToken(token: Secret, keep?: SessionKeeper): Promise<SignInResult>;
  /**
   * Resolves when the token may have been accepted since it was exported on this connection: Telegram said so
   * (updateLoginToken), or could have without being heard. Also when `signal` aborts or the connection ends. Never fails.
   */
  loginTokenNews(signal: AbortSignal): Promise<void>;
  /** users.getUsers of oneself, always asked of Telegram: `session_dead` tells that the login is over. */
  getMe(): Promise<TelegramUser>;
  /** contacts.getContacts */
  contacts(): Promise<readonly TelegramContact[]>;
  /** messages.getDialogs: the newest, a hundred at most. */
  chats(): Promise<readonly TelegramChat[]>;
  /** contacts.resolveUsername */
  findByUsername(username: string): Promise<FoundUser>;
  /** contacts.resolvePhone */
  findByPhone(phone: PhoneNumber): Promise<FoundUser>;
  /** contacts.search: people among the contacts, and everybody whose username begins so. */
  searchUsers(query: string): Promise<readonly TelegramContact[]>;
  /** auth.logOut; resolves also where Telegram had ended the session before. */
  logOut(): Promise<void>;
  /** Closes the connection and frees what it holds. Never throws, may be called twice. */
  destroy(): Promise<void>;
}
