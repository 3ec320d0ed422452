import { DeliveryFailure } from './failure.js';
import type { EmailInUse, EmailInvite, EmailValidation, Message, PhoneValidation } from './messenger.js';

/** One way to get messages to humans. */
export interface Channel<M extends Message> {
  /** Of its kind, for the log. */
  readonly name: string;
  /** How long a message may take, its turn included. */
  readonly deadlineMs: number;
  /** The most messages under way at a time. */
  readonly maxConcurrent: number;
  /**
   * Resolves when the message is taken; throws DeliveryFailure, with a ChannelTrouble as its cause
   * if an admin has something to mend. Calls `handOver` before the message itself goes out: one
   * that is given up later may arrive.
   */
  send(message: M, signal: AbortSignal, handOver: () => void): Promise<void>;
  /** Lets go of what it holds open. */
  close?(): void;
}

/** What goes by e-mail. */
export type MailMessage = EmailValidation | EmailInvite | EmailInUse;

/** A way to get e-mail to people. */
export type EmailChannel = Channel<MailMessage>;

/** A way to get codes to telephones. */
export type PhoneChannel = Channel<PhoneValidation>;

/** What is wrong with a channel, as far as its admin has something to mend. */
export type ChannelProblem =
  /** The account with the provider has no money left. */
  | 'no_credit'
  /** The provider does not know us: a wrong token or password. */
  | 'credentials_refused'
  /** Something else in the settings that the provider does not take. */
  | 'settings_refused'
  | 'no_connection'
  | 'no_answer'
  | 'answer_unfit'
  /** The provider takes connections, and says that it does not work. */
  | 'out_of_order';

/**
 * What stands in the log of a channel that does not work; `detail` holds nothing secret and
 * nobody's address.
 */
export class ChannelTrouble extends Error {
  constructor(
    readonly problem: ChannelProblem,
    readonly detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${problem}: ${detail}`, options);
    this.name = 'ChannelTrouble';
  }
}

/** Returns the failure of a channel that does not work. */
export function channelDown(
  problem: ChannelProblem,
  detail: string,
  { cause, mayHaveSent }: { readonly cause?: unknown; readonly mayHaveSent?: boolean } = {},
): DeliveryFailure {
  const trouble = new ChannelTrouble(problem, detail, { cause });
  return new DeliveryFailure({ kind: 'channel_down' }, { cause: trouble, ...(mayHaveSent ? { mayHaveSent } : {}) });
}
