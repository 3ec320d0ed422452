import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { ChannelTrouble } from './channel.js';
import type { DeliveryFailure } from './failure.js';
import type { Message } from './messenger.js';

/** What the channels have done, in the log: an alarm now and then, rather than for each message. */
export interface ChannelLog {
  sent(channel: string, what: Message['kind']): void;
  failed(channel: string, what: Message['kind'], failure: DeliveryFailure): void;
}

const alarmEveryMs = 15 * 60_000;

interface Alarm {
  readonly raisedAt: number;
  /** How many messages failed in the same way since it was raised. */
  readonly silent: number;
}

/** Returns a log that says the same about a channel once in a quarter of an hour. */
export function createChannelLog({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }): ChannelLog {
  const alarms = new Map<string, Map<string, Alarm>>();

  const alarmsOf = (channel: string): Map<string, Alarm> => {
    const known = alarms.get(channel) ?? new Map<string, Alarm>();
    alarms.set(channel, known);
    return known;
  };

  return {
    sent(channel, what) {
      if (alarms.delete(channel)) logger.info('a channel for messages works again', { channel });
      logger.debug('message sent', { channel, what });
    },

    failed(channel, what, failure) {
      const { fact, cause } = failure;
      logger.debug('message not sent', { channel, what, fact });
      if (!(cause instanceof ChannelTrouble)) {
        const detail = cause instanceof Error ? cause.message : undefined;
        if (fact.kind !== 'channel_down') {
          logger.info('a message was not taken', { channel, what, reason: fact.kind, detail });
          return;
        }
        logger.error('a channel for messages has a defect', { channel, error: cause });
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
      logger.error('a channel for messages does not work', {
        channel,
        problem,
        detail,
        alsoFailed: alarm?.silent ?? 0,
      });
    },
  };
}
