import type { Clock } from '../../base/clock.js';

/**
 * Whether a message of the server answers one of the client. The lowest bits of its ID contain
 * this.
 */
export type ServerMessageKind = 'answer' | 'notice';

/** Numbers the messages of one data centre: about the time times 2^32, always rising. */
export interface MessageIds {
  next(kind: ServerMessageKind): bigint;
}

export function createMessageIds(clock: Clock): MessageIds {
  let last = 0n;
  return {
    next(kind) {
      const now = BigInt(clock.now());
      const ofNow = ((now / 1000n) << 32n) | (((now % 1000n) << 22n) & ~3n);
      last = ofNow > last ? ofNow : last + 4n;
      return last + (kind === 'answer' ? 1n : 3n);
    },
  };
}
