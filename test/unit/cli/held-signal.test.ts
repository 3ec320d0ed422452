import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { holdSignal } from '../../../src/cli/held-signal.js';
import { createWorkplace, runCommand } from '../../support/ran-command.js';

it('is held until it is released, and reports whether it arrived', () => {
  const signals = new EventEmitter();
  const [idle, sent] = [holdSignal(signals, 'SIGTERM'), holdSignal(signals, 'SIGHUP')];
  signals.emit('SIGHUP');
  expect([idle.release(), sent.release()]).toEqual([false, true]);
  expect(signals.eventNames()).toEqual([]);
});

it.each([
  ['is held by the daemon before it reads its configuration', false, ['SIGHUP']],
  ['ends a daemon at a terminal', true, []],
])('%s', async (_title, isInteractive, expected) => {
  const workspace = createWorkplace();
  writeFileSync(join(workspace.folder, 'config.yaml'), 'homeserver: {}', { mode: 0o600 });
  const signals = new EventEmitter();
  const held: unknown[] = [];
  signals.on('newListener', (name) => held.push(name));
  const terminal = {
    isInteractive,
    ask: () => Promise.resolve(undefined),
    askSecret: () => Promise.resolve(undefined),
  };
  const { code } = await runCommand(workspace.folder, ['run'], { signals, terminal });
  workspace.remove();
  expect(code).toBe(3);
  expect(held).toEqual(expected);
  expect(signals.listenerCount('SIGHUP')).toBe(0);
});
