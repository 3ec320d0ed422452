import { expect, it } from 'vitest';
import { repeat } from '../../../src/base/repeat.js';
import { createFakeClock } from '../../support/fake-clock.js';

it('runs the task at once and again after each pause, failures included, until it is stopped', async () => {
  const clock = createFakeClock();
  const errors: unknown[] = [];
  let runs = 0;
  const task = async () => {
    runs += 1;
    if (runs === 2) throw new Error('second');
  };
  const stop = repeat(clock, 1000, task, (error) => errors.push(error));
  await clock.advance(2000);
  expect(runs).toBe(3);
  expect(errors).toEqual([new Error('second')]);
  await stop();
  await clock.advance(10_000);
  expect(runs).toBe(3);
});

it('stops only when the current run has settled, and starts no more', async () => {
  const clock = createFakeClock();
  let runs = 0;
  let finish = () => {};
  const task = () => {
    runs += 1;
    return new Promise<void>((resolve) => (finish = resolve));
  };
  const stop = repeat(clock, 1000, task, () => {});
  let stopped = false;
  const stopping = stop().then(() => (stopped = true));
  await clock.advance(5000);
  expect(stopped).toBe(false);
  finish();
  await stopping;
  await clock.advance(5000);
  expect(runs).toBe(1);
});
