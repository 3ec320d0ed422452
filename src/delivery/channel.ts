import { DeliveryFailure } from './failure.js';
import type { EmailInUse, EmailInvite, EmailValidation, Message, PhoneValidation } from './messenger.js';

/** A channel for messages to users. */
export interface Channel<M extends Message> {
  /** The kind, for the log. */
  readonly name: string;
  /** The timeout for a message, including the wait in the queue. */
  readonly deadlineMs: number;
  /** The maximum number of messages in progress. */
  readonly maxConcurrent: number;
  /**
   * Resolves when the message is accepted. Throws DeliveryFailure, with a ChannelError as its
   * cause if an administrator must fix something. Calls `handOver` before the message is sent: a
   * message that fails later may still arrive.
   */
  send(message: M, signal: AbortSignal, handOver: () => void): Promise<void>;
  /** Closes its connections. */
  close?(): void;
}

/** Messages that are sent by e-mail. */
export type MailMessage = EmailValidation | EmailInvite | EmailInUse;

/** A channel for e-mail. */
export type EmailChannel = Channel<MailMessage>;

/** A channel for codes to phone numbers. */
export type PhoneChannel = Channel<PhoneValidation>;

/** A problem with a channel that an administrator must fix. */
export type ChannelProblem =
  /** The account at the provider has no credit left. */
  | 'no_credit'
  /** The provider rejects the credentials. */
  | 'credentials_refused'
  /** The provider rejects other settings. */
  | 'settings_refused'
  | 'no_connection'
  | 'no_answer'
  | 'answer_unfit'
  /** The provider accepts connections and reports a failure. */
  | 'out_of_order';

/** The text for the log. `detail` contains no secret and no address of a user. */
export class ChannelError extends Error {
  constructor(
    readonly problem: ChannelProblem,
    readonly detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${problem}: ${detail}`, options);
    this.name = 'ChannelError';
  }
}

/** Returns the failure of a channel that is down. */
export function channelDown(
  problem: ChannelProblem,
  detail: string,
  { cause, mayHaveSent }: { readonly cause?: unknown; readonly mayHaveSent?: boolean } = {},
): DeliveryFailure {
  const error = new ChannelError(problem, detail, { cause });
  return new DeliveryFailure({ kind: 'channel_down' }, { cause: error, ...(mayHaveSent ? { mayHaveSent } : {}) });
}
