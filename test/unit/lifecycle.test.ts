import { execFile } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Logger } from '../../src/base/logger.js';
import { type Runnable, runUntilSignal } from '../../src/lifecycle.js';
import { createFakeClock } from '../support/fake-clock.js';

const settle = () => new Promise((resolve) => setImmediate(resolve));

function collectingLogger(lines: string[]): Logger {
  const add = (message: string) => void lines.push(message);
  return { error: add, warn: add, info: add, debug: add };
}

function launch(
  parts: Partial<Runnable> = {},
  failedStart: (error: unknown) => number = () => 1,
  stopDeadlineMs = 1000,
  reload?: () => void,
) {
  const done: string[] = [];
  const lines: string[] = [];
  const signals = new EventEmitter();
  const clock = createFakeClock();
  const runnable: Runnable = {
    async start() {
      done.push('start');
      await parts.start?.();
    },
    async stop() {
      done.push('stop');
      await parts.stop?.();
    },
  };
  let code: number | undefined;
  const exited = runUntilSignal(runnable, {
    logger: collectingLogger(lines),
    clock,
    stopDeadlineMs,
    signals,
    reload,
    failedStart,
  }).then((result) => (code = result));
  return { signals, clock, done, lines, exited, code: () => code };
}

const never = () => new Promise<void>(() => undefined);
const refuse = () => Promise.reject(new Error('refused'));

describe('runUntilSignal', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('runs until %s, then stops and returns 0', async (signal) => {
    const run = launch();
    await settle();
    expect(run.done).toEqual(['start']);
    run.signals.emit(signal);
    expect(await run.exited).toBe(0);
    expect(run.done).toEqual(['start', 'stop']);
  });

  it('reloads on SIGHUP if it can, and runs on', async () => {
    let reloads = 0;
    const run = launch(
      {},
      () => 1,
      1000,
      () => (reloads += 1),
    );
    run.signals.emit('SIGHUP');
    run.signals.emit('SIGHUP');
    await settle();
    expect({ reloads, done: run.done, code: run.code() }).toEqual({ reloads: 2, done: ['start'], code: undefined });
    run.signals.emit('SIGTERM');
    run.signals.emit('SIGHUP');
    await run.clock.advance(5000);
    expect(await run.exited).toBe(0);
    expect(reloads).toBe(2);
  });

  it('waits for pending work', async () => {
    let finish: () => void = () => undefined;
    const run = launch({ stop: () => new Promise((resolve) => (finish = resolve)) });
    run.signals.emit('SIGTERM');
    await run.clock.advance(999);
    expect(run.code()).toBeUndefined();
    finish();
    expect(await run.exited).toBe(0);
  });

  it('returns 1 when the deadline passes', async () => {
    const run = launch({ stop: never });
    run.signals.emit('SIGTERM');
    await run.clock.advance(1000);
    expect(await run.exited).toBe(1);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ])('exits at once on a signal a second after the first, %s', async (signal, code) => {
    const run = launch({ stop: never }, undefined, 5000);
    run.signals.emit('SIGTERM');
    await run.clock.advance(1000);
    run.signals.emit(signal);
    expect(await run.exited).toBe(code);
  });

  it('treats signals within a second as one', async () => {
    let finish: () => void = () => undefined;
    const run = launch({ stop: () => new Promise((resolve) => (finish = resolve)) }, undefined, 5000);
    run.signals.emit('SIGINT');
    run.signals.emit('SIGINT');
    await run.clock.advance(999);
    run.signals.emit('SIGTERM');
    await settle();
    expect(run.code()).toBeUndefined();
    finish();
    expect(await run.exited).toBe(0);
  });

  it('stops the rest of a failed start, and returns 1', async () => {
    const run = launch({ start: refuse });
    expect(await run.exited).toBe(1);
    expect(run.done).toEqual(['start', 'stop']);
    expect(run.lines).toContain('start failed');
  });

  it('lets the caller choose the code of a failed start', async () => {
    expect(await launch({ start: refuse }, (error) => (error instanceof Error ? 78 : 1)).exited).toBe(78);
  });

  it('stops only after a pending start', async () => {
    let finish: () => void = () => undefined;
    const run = launch({ start: () => new Promise((resolve) => (finish = resolve)) });
    run.signals.emit('SIGTERM');
    await settle();
    expect(run.done).toEqual(['start']);
    finish();
    expect(await run.exited).toBe(0);
    expect(run.done).toEqual(['start', 'stop']);
  });

  it('does not wait past the deadline for a start that hangs', async () => {
    const run = launch({ start: never });
    run.signals.emit('SIGTERM');
    await run.clock.advance(1000);
    expect(await run.exited).toBe(1);
  });

  it('returns 1 when the stop fails', async () => {
    const run = launch({ stop: refuse });
    run.signals.emit('SIGTERM');
    expect(await run.exited).toBe(1);
  });

  it.each(['unhandledRejection', 'uncaughtException'])('logs an %s, stops in order and returns 1', async (event) => {
    const run = launch();
    await settle();
    run.signals.emit(event, new Error('defect'));
    expect(await run.exited).toBe(1);
    expect(run.done).toEqual(['start', 'stop']);
    expect(run.lines).toContain('uncaught exception');
  });

  it('returns 1 when an error is thrown while it stops', async () => {
    let finish: () => void = () => undefined;
    const run = launch({ stop: () => new Promise((resolve) => (finish = resolve)) });
    run.signals.emit('SIGTERM');
    await settle();
    run.signals.emit('unhandledRejection', new Error('late defect'));
    finish();
    expect(await run.exited).toBe(1);
  });

  it('listens to no signals after it has ended', async () => {
    const run = launch();
    run.signals.emit('SIGTERM');
    await run.exited;
    expect(run.signals.eventNames()).toEqual([]);
  });

  it('keeps a real process alive while a stop waits for the clock only', async () => {
    const program = `
      import { systemClock, sleep } from './src/base/clock.ts';
      import { runUntilSignal } from './src/lifecycle.ts';
      const quiet = { error() {}, warn() {}, info() {}, debug() {}, child: () => quiet };
      const runnable = {
        start: async () => void process.kill(process.pid, 'SIGTERM'),
        stop: () => sleep(systemClock, 20),
      };
      const deps = { logger: quiet, clock: systemClock, stopDeadlineMs: 20_000, signals: process };
      runUntilSignal(runnable, deps).then((code) => process.stdout.write('code ' + code));
    `;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program]);
    expect(stdout).toBe('code 0');
  });
});
