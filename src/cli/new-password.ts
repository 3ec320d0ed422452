import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '../base/secret.js';
import type { CliContext } from './cli-context.js';

/** A password, or the reason why there is none. */
export type NewPassword = { readonly password: Secret } | { readonly problem: string };

/**
 * Returns the first line of the file, or what is typed twice at the terminal if there is no file.
 */
export async function readNewPassword(
  file: string | undefined,
  { folder, terminal }: Pick<CliContext, 'folder' | 'terminal'>,
): Promise<NewPassword> {
  if (file !== undefined) return readPasswordFile(file, resolve(folder, file));
  if (!terminal.isInteractive) {
    return {
      problem: 'There is no terminal to ask for the password on. Name a file that contains it with --password-file.',
    };
  }
  const password = await terminal.askSecret('Password: ');
  if (!password) return { problem: 'No password was given.' };
  const again = await terminal.askSecret('Repeat the password: ');
  return again?.equals(password) ? { password } : { problem: 'The passwords do not match.' };
}

function readPasswordFile(shown: string, path: string): NewPassword {
  try {
    return readPassword(shown, readFileSync(path));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { problem: `${shown} cannot be read (${String(error.code)}).` };
  }
}

/** Rejects passwords that cannot be typed the same way at a login. */
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
    : { problem: `${shown} has more than one line. A password must be one line.` };
}
