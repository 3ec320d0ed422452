import { closeSync, fchmodSync, fstatSync, openSync, statSync, writeSync } from 'node:fs';

/** A file that lines are appended to. */
export interface AppendedFile {
  /** Appends the text. Throws if it cannot be written. */
  append(text: string): void;
  close(): void;
}

/**
 * Opens the file with mode 0600. Throws if that fails. If the file was moved or deleted, the next
 * text goes into a new one, so that it can be rotated without a signal.
 */
export function openAppendedFile(path: string): AppendedFile {
  let file = open(path);
  return {
    append(text) {
      if (!isSameFile(path, file)) {
        const before = file;
        file = open(path);
        // Only now: if opening fails, the old file stays open, and its number is not reused.
        closeSync(before);
      }
      writeSync(file, text);
    },
    close: () => closeSync(file),
  };
}

function open(path: string): number {
  const file = openSync(path, 'a', 0o600);
  // The file may have existed before, readable by all users.
  fchmodSync(file, 0o600);
  return file;
}

function isSameFile(path: string, file: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  const opened = fstatSync(file);
  return found?.ino === opened.ino && found.dev === opened.dev;
}
