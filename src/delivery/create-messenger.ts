import type { Clock } from '../base/clock.js';
import { DeadlineExceeded, withDeadline } from '../base/deadline.js';
import type { Logger } from '../base/logger.js';
import type { QuotaGroup } from '../base/quota-groups.js';
import { QueueFull, shareOf, WorkQueue } from '../base/work-queue.js';
import { channelDown, type Channel, type EmailChannel, type PhoneChannel } from './channel.js';
import { createChannelLog, type ChannelLog } from './channel-log.js';
import { DeliveryFailure, type DeliveryFailureDetails } from './failure.js';
import type { Message, Messenger } from './messenger.js';

export interface MessengerDeps {
  /** In the order in which they are tried. */
  readonly email: readonly EmailChannel[];
  /** In the order in which they are tried. */
  readonly phone: readonly PhoneChannel[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A messenger with open connections. */
export interface ClosableMessenger extends Messenger {
  /** Cancels messages in progress and closes the connections. */
  close(): void;
}

/** The maximum number of messages waiting for one channel. */
const maxWaiting = 200;

type Send<M extends Message> = (message: M, groups: readonly QuotaGroup[]) => Promise<void>;

/**
 * Returns a messenger that tries the channels in order. If all fail, the most informative failure
 * is thrown: an unknown address first, then a temporary failure. It is marked as possibly sent if
 * this applies to any channel.
 */
export function createMessenger({ email, phone, clock, logger }: MessengerDeps): ClosableMessenger {
  const log = createChannelLog({ clock, logger });
  const closing = new AbortController();
  const shared = { clock, log, closing: closing.signal };
  // Distinguishes two channels of one kind in the log.
  const mail = email.map((channel, index) => sending(channel, { ...shared, label: `email[${index}] ${channel.name}` }));
  const calls = phone.map((channel, index) =>
    sending(channel, { ...shared, label: `phone[${index}] ${channel.name}` }),
  );

  return {
    canSend: (kind) => (kind === 'phone_validation' ? phone : email).length > 0,

    send: (message, groups = []) =>
      message.kind === 'phone_validation' ? sendByFirst(calls, message, groups) : sendByFirst(mail, message, groups),

    close() {
      closing.abort(new Error('the messenger is closed'));
      for (const channel of new Set<Pick<EmailChannel, 'close'>>([...email, ...phone])) channel.close?.();
    },
  };
}

async function sendByFirst<M extends Message>(
  channels: readonly Send<M>[],
  message: M,
  groups: readonly QuotaGroup[],
): Promise<void> {
  let worst = new DeliveryFailure({ kind: 'no_channel' });
  let mayHaveSent = false;
  for (const send of channels) {
    try {
      return await send(message, groups);
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error;
      worst = moreTelling(worst, error);
      mayHaveSent ||= error.mayHaveSent;
    }
  }
  if (worst.mayHaveSent === mayHaveSent) throw worst;
  throw new DeliveryFailure(worst.details, { cause: worst.cause, mayHaveSent });
}

const weights = {
  no_channel: 0,
  address_unreachable: 1,
  channel_down: 2,
  slow_down: 3,
  address_unknown: 4,
} as const satisfies Record<DeliveryFailureDetails['kind'], number>;

function moreTelling(one: DeliveryFailure, other: DeliveryFailure): DeliveryFailure {
  if (one.details.kind === 'slow_down' && other.details.kind === 'slow_down') {
    return one.details.retryAfterMs <= other.details.retryAfterMs ? one : other;
  }
  return weights[one.details.kind] >= weights[other.details.kind] ? one : other;
}

interface SendingDeps {
  /** For the log. */
  readonly label: string;
  readonly clock: Clock;
  readonly log: ChannelLog;
  readonly closing: AbortSignal;
}

function sending<M extends Message>(channel: Channel<M>, { label, clock, log, closing }: SendingDeps): Send<M> {
  const { deadlineMs, maxConcurrent } = channel;
  const bounds = { maxConcurrent, maxWaiting };
  const queue = new WorkQueue(bounds);

  return async (message, groups) => {
    let mayHaveSent = false;
    const late = new AbortController();
    const signal = AbortSignal.any([late.signal, closing]);
    const inTurn = async () => {
      signal.throwIfAborted();
      await channel.send(message, signal, () => {
        mayHaveSent = true;
      });
    };
    const shares = groups.map(({ key, part }) => shareOf(bounds, key, part));
    try {
      await withDeadline(clock, deadlineMs, queue.run(inTurn, { shares, signal }));
      log.sent(label, message.kind);
    } catch (error) {
      late.abort(error);
      if (closing.aborted) throw new DeliveryFailure({ kind: 'channel_down' }, { cause: error, mayHaveSent });
      const failure = failureOf(error, deadlineMs, mayHaveSent);
      log.failed(label, message.kind, failure);
      throw failure;
    }
  };
}

function failureOf(error: unknown, deadlineMs: number, mayHaveSent: boolean): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  if (error instanceof QueueFull) return new DeliveryFailure({ kind: 'slow_down', retryAfterMs: deadlineMs });
  if (error instanceof DeadlineExceeded) {
    return channelDown('no_answer', `none within ${deadlineMs} ms`, { cause: error, mayHaveSent });
  }
  // A defect of one channel does not prevent the others.
  return new DeliveryFailure({ kind: 'channel_down' }, { cause: error, mayHaveSent });
}
