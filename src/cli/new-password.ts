import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '../base/secret.js';
import type { Surroundings } from './surroundings.js';

/** A password, or what to tell whoever should have given one. */
export type NewPassword = { readonly password: Secret } | { readonly problem: string };

/**
 * Returns the first line of that file, or what somebody at the terminal types twice if no file is
 * named.
 */
export async function readNewPassword(
  file: string | undefined,
  { folder, terminal }: Pick<Surroundings, 'folder' | 'terminal'>,
): Promise<NewPassword> {
  if (file !== undefined) return readPasswordFile(file, resolve(folder, file));
  if (!terminal.isInteractive) {
    return {
      problem: 'There is no terminal to ask for the password on: name a file that holds it with --password-file.',
    };
  }
  const password = await terminal.askSecret('Password: ');
  if (!password) return { problem: 'No password was given.' };
  const again = await terminal.askSecret('The same again: ');
  return again?.equals(password) ? { password } : { problem: 'That was not the same twice.' };
}

function readPasswordFile(shown: string, path: string): NewPassword {
  try {
    return readPassword(shown, readFileSync(path));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { problem: `${shown} cannot be read (${String(error.code)}).` };
  }
}

/** What nobody could type the same way at a login is refused. */
function readPassword(shown: string, bytes: Buffer): NewPassword {
  if (!isUtf8(bytes)) return { problem: `${shown} is not UTF-8: save it as UTF-8 without a byte order mark.` };
  const text = bytes.toString('utf8');
  if (text.startsWith('\ufeff')) {
    return { problem: `${shown} begins with a byte order mark, which would be part of the password: save it without.` };
  }
  const [line = '', ...more] = text.split(/\r?\n/);
  const isOneLine = more.every((rest) => rest === '');
  return isOneLine
    ? { password: new Secret(line) }
    : { problem: `${shown} has more than one line: a password is one.` };
}
