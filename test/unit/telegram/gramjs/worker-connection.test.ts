import { expect, it } from 'vitest';
import { createWorkerConnection } from '../../../../src/telegram/gramjs/worker-connection.js';
import type { WorkerThread } from '../../../../src/telegram/gramjs/worker-thread.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { silentLogger } from '../../../support/silent-logger.js';

it('a connect that takes too long fails only when its connection is closed', async () => {
  const clock = createFakeClock();
  const events: string[] = [];
  let closed: () => void = () => undefined;
  const call = (_: number, name: string) =>
    new Promise((resolve) => {
      if (name === 'destroy') closed = () => resolve({ ok: true, session: null, result: null });
    });
  const thread = { call, listen: () => () => undefined, messagesHeard: () => 1 } as unknown as WorkerThread;
  const onDestroyed = () => void events.push('destroyed');
  const limits = { connectDeadlineMs: 10, callDeadlineMs: 10 };
  const connection = createWorkerConnection({
    ...limits,
    thread,
    connectionId: 1,
    clock,
    logger: silentLogger,
    onDestroyed,
  });
  const failed = connection.open(undefined).catch(() => events.push('failed'));
  await clock.advance(limits.connectDeadlineMs);
  expect(events).toEqual([]);
  closed();
  await failed;
  expect(events).toEqual(['destroyed', 'failed']);
});
