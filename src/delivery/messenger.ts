import type { PhoneNumber } from '../base/phone.js';
import type { QuotaGroup } from '../base/quota-groups.js';
import type { Secret } from '../base/secret.js';
import type { UntrustedText } from '../base/untrusted-text.js';

/** The mail that validates an e-mail address, or allows a new password for its account. */
export interface EmailValidation {
  readonly kind: 'email_validation' | 'email_password_reset';
  readonly to: string;
  /** The page that completes the validation. It contains the token. */
  readonly link: Secret;
  readonly token: Secret;
  /** How long the link is valid. */
  readonly expiresInMs: number;
  /** The brand of the mail. Defaults to the usual design if absent or unknown. */
  readonly brand: string | undefined;
}

/** The code that validates a phone number. */
export interface PhoneValidation {
  readonly kind: 'phone_validation';
  readonly to: PhoneNumber;
  /** Six digits. */
  readonly code: Secret;
  readonly expiresInMs: number;
}

/**
 * The mail to a user who is invited to a room by e-mail. All members except `link` are untrusted
 * text.
 */
export interface EmailInvite {
  readonly kind: 'email_invite';
  readonly to: string;
  /** The web client's page for the invited user. It contains a private key. */
  readonly link: Secret;
  /** A Matrix ID in the form of `shownMxid`. */
  readonly sender: UntrustedText;
  readonly senderDisplayName: UntrustedText | undefined;
  readonly roomName: UntrustedText | undefined;
  readonly brand: string | undefined;
}

/** The mail to the owner of an address that another user tried to add to an account. */
export interface EmailInUse {
  readonly kind: 'email_in_use';
  readonly to: string;
  readonly brand: string | undefined;
}

/** A message to a user. */
export type Message = EmailValidation | PhoneValidation | EmailInvite | EmailInUse;

/** Sends messages to users through the first configured channel that can deliver them. */
export interface Messenger {
  /** Returns whether a channel is configured for messages of this kind. */
  canSend(kind: Message['kind']): boolean;
  /**
   * Resolves when a channel has accepted the message, within a bounded time. Throws
   * DeliveryFailure. `groups` are the quota groups of the caller, each of which is limited to a
   * part of the queues. If absent, there is no such limit.
   */
  send(message: Message, groups?: readonly QuotaGroup[]): Promise<void>;
}
