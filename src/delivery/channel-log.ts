import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { ChannelError } from './channel.js';
import type { DeliveryFailure } from './failure.js';
import type { Message } from './messenger.js';

/** Logs the results of channels: an alarm at intervals, rather than a line for each message. */
export interface ChannelLog {
  sent(channel: string, what: Message['kind']): void;
  failed(channel: string, what: Message['kind'], failure: DeliveryFailure): void;
}

const alarmEveryMs = 15 * 60_000;

interface Alarm {
  readonly raisedAt: number;
  /** How many messages have failed in the same way since the last alarm. */
  readonly silent: number;
}

/** Returns a log that repeats an alarm about a channel at most every 15 minutes. */
export function createChannelLog({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }): ChannelLog {
  const alarms = new Map<string, Map<string, Alarm>>();

  const alarmsOf = (channel: string): Map<string, Alarm> => {
    const known = alarms.get(channel) ?? new Map<string, Alarm>();
    alarms.set(channel, known);
    return known;
  };

  return {
    sent(channel, what) {
      if (alarms.delete(channel)) logger.info('delivery channel recovered', { channel });
      logger.debug('message sent', { channel, what });
    },

    failed(channel, what, failure) {
      const { details, cause } = failure;
      logger.debug('message not sent', { channel, what, failure: details });
      if (!(cause instanceof ChannelError)) {
        const detail = cause instanceof Error ? cause.message : undefined;
        if (details.kind !== 'channel_down') {
          logger.info('message rejected', { channel, what, reason: details.kind, detail });
          return;
        }
        logger.error('delivery channel defect', { channel, error: cause });
        return;
      }
      const { problem, detail } = cause;
      const ofChannel = alarmsOf(channel);
      const alarm = ofChannel.get(problem);
      if (alarm && clock.now() - alarm.raisedAt < alarmEveryMs) {
        ofChannel.set(problem, { ...alarm, silent: alarm.silent + 1 });
        return;
      }
      ofChannel.set(problem, { raisedAt: clock.now(), silent: 0 });
      logger.error('delivery channel down', {
        channel,
        problem,
        detail,
        alsoFailed: alarm?.silent ?? 0,
      });
    },
  };
}
