import type { PhoneNumber } from '../base/phone.js';
import type { QuotaGroup } from '../base/quota-groups.js';
import type { Secret } from '../base/secret.js';
import type { StrangersText } from '../base/strangers-text.js';

/**
 * What is mailed to validate an e-mail address, or to set a new password by one that belongs to an
 * account.
 */
export interface EmailValidation {
  readonly kind: 'email_validation' | 'email_password_reset';
  readonly to: string;
  /** The page that validates; it holds the token. */
  readonly link: Secret;
  readonly token: Secret;
  /** How long the link is good. */
  readonly expiresInMs: number;
  /** Which of the configured designs; the usual one if it is unknown or absent. */
  readonly brand: string | undefined;
}

/** What is sent to whoever wants to prove a phone number. */
export interface PhoneValidation {
  readonly kind: 'phone_validation';
  readonly to: PhoneNumber;
  /** Six digits. */
  readonly code: Secret;
  readonly expiresInMs: number;
}

/**
 * What is mailed to somebody who is invited to a room by e-mail. All but `link` was written by
 * strangers.
 */
export interface EmailInvite {
  readonly kind: 'email_invite';
  readonly to: string;
  /** The web client's page for the invited; it holds a private key. */
  readonly link: Secret;
  /** A Matrix ID as `shownMxid` shows it. */
  readonly sender: StrangersText;
  readonly senderDisplayName: StrangersText | undefined;
  readonly roomName: StrangersText | undefined;
  readonly brand: string | undefined;
}

/** What is mailed to the owner of an address that somebody else wants to add to an account. */
export interface EmailInUse {
  readonly kind: 'email_in_use';
  readonly to: string;
  readonly brand: string | undefined;
}

/** A message to a human. */
export type Message = EmailValidation | PhoneValidation | EmailInvite | EmailInUse;

/** Gets messages to humans: by the first of the configured channels that can. */
export interface Messenger {
  /** Returns whether a channel is configured at all for messages of this kind. */
  canSend(kind: Message['kind']): boolean;
  /**
   * Resolves when a channel has taken the message; throws DeliveryFailure. Bounded in time.
   * `groups` are the quota groups of the caller, each of which takes a part of the queues only; the
   * whole is for the caller if absent.
   */
  send(message: Message, groups?: readonly QuotaGroup[]): Promise<void>;
}
