import { describe, expect, it } from 'vitest';
import { type Clock, elapsedMs, systemClock } from '../../src/base/clock.js';
import { createSharedDeadline } from '../../src/base/shared-deadline.js';
import { engines, useEngineOnSandbox } from '../support/engine-on-sandbox.js';
import { numberOf } from '../support/magic-logins.js';
import { until } from '../support/until.js';

/** No other timer of the sandbox has this delay, and no second ping comes within a test. */
const disconnectAfterMs = 200_000;

describe.each(engines)('%s', (engine) => {
  const delays: number[] = [];
  const clock: Clock = {
    now: () => systemClock.now(),
    after(delayMs, task) {
      delays.push(delayMs);
      return systemClock.after(delayMs, task);
    },
  };
  const telegram = useEngineOnSandbox(engine, { clock });

  it('asks Telegram with the first request to close the connection when it is silent', async () => {
    const deadline = createSharedDeadline({ clock: systemClock, elapsedMs });
    deadline.extend(deadline.now(), 3_600_000);
    const connection = await telegram.createGateway({ guard: { deadline, disconnectAfterMs } }).connect();
    await connection.sendCode(numberOf('9996620001'));
    await until(() => delays.includes(disconnectAfterMs));
    expect(delays).toContain(disconnectAfterMs);
  });
});
