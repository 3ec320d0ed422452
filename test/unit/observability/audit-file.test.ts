import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAppendedFile } from '../../../src/observability/audit-file.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gangway-audit-'));
  path = join(folder, 'audit.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('a file that is appended to', () => {
  it('is readable by its user only, even if it existed before', () => {
    writeFileSync(path, 'before\n');
    chmodSync(path, 0o644);
    const file = openAppendedFile(path);
    file.append('after\n');
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('before\nafter\n');
    expect(modeOf(path)).toBe(0o600);
  });

  it.each([
    ['moved', () => renameSync(path, `${path}.1`)],
    ['deleted', () => rmSync(path)],
  ])('is created again after it was %s', (_how, rotate) => {
    const file = openAppendedFile(path);
    file.append('one\n');
    rotate();
    file.append('two\n');
    file.append('three\n');
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('two\nthree\n');
    expect(modeOf(path)).toBe(0o600);
  });

  it('is shared by two programs, whose lines all arrive', () => {
    const [daemon, command] = [openAppendedFile(path), openAppendedFile(path)];
    daemon.append('one\n');
    command.append('two\n');
    daemon.append('three\n');
    daemon.close();
    command.close();
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('is written again after its folder was missing, and closes no file of another part', () => {
    const logs = join(folder, 'logs');
    mkdirSync(logs);
    const file = openAppendedFile(join(logs, 'audit.jsonl'));
    rmSync(logs, { recursive: true });
    expect(() => file.append('one\n')).toThrow('ENOENT');
    const other = openSync(path, 'w');
    expect(() => file.append('two\n')).toThrow('ENOENT');
    mkdirSync(logs);
    file.append('three\n');
    file.close();
    expect(readFileSync(join(logs, 'audit.jsonl'), 'utf8')).toBe('three\n');
    expect(fstatSync(other).isFile()).toBe(true);
    closeSync(other);
  });

  it('is refused if its folder is missing', () => {
    expect(() => openAppendedFile(join(folder, 'missing', 'audit.jsonl'))).toThrow('ENOENT');
  });
});
