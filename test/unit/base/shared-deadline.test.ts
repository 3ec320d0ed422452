import { expect, it } from 'vitest';
import { createSharedDeadline, openSharedDeadline } from '../../../src/base/shared-deadline.js';

const lifetimeMs = 4_000;

function create() {
  const times = { elapsed: 50_000, epoch: 1_700_000_000_000 };
  const clock = { now: () => times.epoch, after: () => () => undefined };
  const deadline = createSharedDeadline({ clock, elapsedMs: () => times.elapsed });
  return { times, deadline };
}

it('is over until it is extended', () => {
  const { deadline } = create();
  expect(deadline.isOver()).toBe(true);
  deadline.extend(deadline.now(), lifetimeMs);
  expect(deadline.isOver()).toBe(false);
  deadline.expire();
  expect(deadline.isOver()).toBe(true);
});

it.each([
  { what: 'the monotonic clock passes it', elapsed: lifetimeMs, epoch: 0, isOver: true },
  { what: 'the system sleeps, which only its time shows', elapsed: 0, epoch: lifetimeMs, isOver: true },
  { what: 'the time is set back, but it passes', elapsed: lifetimeMs, epoch: -3_600_000, isOver: true },
  { what: 'both are still before it', elapsed: lifetimeMs - 1, epoch: lifetimeMs - 1, isOver: false },
])('is over: $isOver if $what', ({ elapsed, epoch, isOver }) => {
  const { times, deadline } = create();
  deadline.extend(deadline.now(), lifetimeMs);
  times.elapsed += elapsed;
  times.epoch += epoch;
  expect(deadline.isOver()).toBe(isOver);
});

it('counts from the moment that its caller names', () => {
  const { times, deadline } = create();
  const since = deadline.now();
  times.elapsed += lifetimeMs;
  times.epoch += lifetimeMs;
  deadline.extend(since, lifetimeMs);
  expect(deadline.isOver()).toBe(true);
});

it('is the same for a thread that opens its memory', () => {
  const { deadline } = create();
  const far = Number.MAX_SAFE_INTEGER - 10_000;
  deadline.extend({ elapsedMs: far, epochMs: far }, lifetimeMs);
  const opened = openSharedDeadline(deadline.memory);
  expect(opened.isOver()).toBe(false);
  deadline.expire();
  expect(opened.isOver()).toBe(true);
});
