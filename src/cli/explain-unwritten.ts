import { statSync } from 'node:fs';

/**
 * Returns why the file could not be written, as the end of a sentence, or undefined if it is no
 * error of the file system.
 */
export function explainUnwritten(error: unknown, path: string): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  switch (error.code) {
    case 'EEXIST':
      return isFolder(path)
        ? 'it is a folder. Name a file in it.'
        : 'it exists already. Move it away, or name another file.';
    case 'EISDIR':
      return 'it is a folder. Name a file in it.';
    case 'ENOENT':
      return 'its folder does not exist.';
    case 'ENOTDIR':
      return 'what should be its folder is a file.';
    case 'ENAMETOOLONG':
      return 'its name is too long.';
    case 'ELOOP':
      return 'its path contains a cycle of symbolic links.';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'this user may not write there.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full.';
    default:
      return `the operating system reports ${String(error.code)}.`;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
