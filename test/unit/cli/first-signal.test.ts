import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { firstSignal } from '../../../src/cli/first-signal.js';

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'])(
  'after %s, the process handles no further signal of either kind',
  async (signal) => {
    const signals = new EventEmitter();
    const told = firstSignal(signals);
    signals.emit(signal);
    await told;
    expect(signals.eventNames()).toEqual([]);
  },
);
