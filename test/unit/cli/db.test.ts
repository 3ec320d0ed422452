import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorkplace, type CliWorkspace } from '../../support/ran-command.js';
import { written } from '../config/written-config.js';

let workspace: CliWorkspace;
beforeEach(() => {
  workspace = createWorkplace();
  writeFileSync(join(workspace.folder, 'config.yaml'), written(), { mode: 0o600 });
  mkdirSync(join(workspace.folder, 'folder'));
});
afterEach(() => workspace.remove());

it.each<[string, readonly string[], RegExp]>([
  ['no target', [], /^Use either --to or --to-file\.$/],
  ['two targets', ['--to', 'sqlite:b.db', '--to-file', 'file'], /^Use either --to or --to-file\.$/],
  ['a missing file', ['--to-file', 'missing'], /^The file missing cannot be read: there is no such file\.$/],
  ['a folder', ['--to-file', 'folder'], /^The file folder cannot be read: .*folder\.$/],
])('explains why it does not copy a database to %s', async (_target, options, text) => {
  const { code, out, err } = await workspace.run(['db', 'copy', ...options]);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err.trimEnd()).toMatch(text);
});
