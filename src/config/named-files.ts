import { resolve } from 'node:path';
import { fileKeyOf } from './environment.js';
import type { Setting } from './layout.js';
import { showPath, valueAt, withValueAt, type Path, type Tree, type TreeMap } from './tree.js';

/** Returns the text of a file, or throws the error of the operating system. */
export type ReadFile = (path: string) => string;

/** The files of a configuration. */
export interface ConfigFiles {
  readonly readFile: ReadFile;
  /** Whether all users of the machine may read the file. */
  readonly isReadableByOthers: (path: string) => boolean;
}

/** A problem with a named file. `concerns` is the key that has no value because of it. */
export interface FileComplaint {
  readonly path: Path;
  readonly message: string;
  readonly concerns: Path;
}

/** A configuration in which file names are replaced by the contents of the files. */
export interface WithFiles {
  readonly root: TreeMap;
  readonly complaints: readonly FileComplaint[];
  /** The files that secrets were read from, by the keys that name them. */
  readonly secretFiles: readonly { readonly path: Path; readonly file: string }[];
}

/**
 * Reads the files that the configuration names: `<key>_file` of secrets, and keys that contain
 * paths of files to read. Other paths become absolute. Relative paths start from `folder`. One line
 * break at the end of a secret is removed. A list has one secret on each line.
 */
export function readNamedFiles(
  root: TreeMap,
  settings: readonly Setting[],
  deps: { readonly readFile: ReadFile; readonly folder: string },
): WithFiles {
  const complaints: FileComplaint[] = [];
  const secretFiles: { path: Path; file: string }[] = [];
  const read = (file: string, path: Path, concerns: Path): string | undefined => {
    try {
      return deps.readFile(resolve(deps.folder, file));
    } catch (error) {
      complaints.push({ path, concerns, message: `The file ${file} cannot be read: ${whyUnreadable(error)}.` });
      return undefined;
    }
  };

  const withSecret = (tree: TreeMap, { path, note }: Setting): TreeMap => {
    const filePath = fileKeyOf(path);
    const file = valueAt(tree, filePath);
    if (file === undefined) return tree;
    const rest = withValueAt(tree, filePath, undefined);
    if (typeof file !== 'string') {
      complaints.push({ path: filePath, concerns: path, message: 'It must be the path of a file.' });
      return rest;
    }
    if (valueAt(tree, path) !== undefined) {
      const message = `Both ${showPath(path)} and ${showPath(filePath)} are set. Keep one of them.`;
      complaints.push({ path: filePath, concerns: path, message });
      return rest;
    }
    const contents = read(file, filePath, path)?.replace(/\r?\n$/, '');
    if (contents !== undefined) secretFiles.push({ path: filePath, file: resolve(deps.folder, file) });
    if (contents === undefined || note.form === 'text') return withValueAt(rest, path, contents);
    return withValueAt(
      rest,
      path,
      contents.split(/\r?\n/).filter((line) => line !== ''),
    );
  };

  const withListed = (tree: TreeMap, { path }: Setting): TreeMap => {
    const files = valueAt(tree, path);
    if (!Array.isArray(files)) return tree;
    const contents = files.map((file: Tree, index): Tree => {
      if (typeof file !== 'string') return file;
      return { path: file, contents: read(file, [...path, index], [...path, index]) ?? '' };
    });
    return withValueAt(tree, path, contents);
  };

  const anchored = (tree: TreeMap, { path, note: { presence } }: Setting): TreeMap => {
    const written = valueAt(tree, path) ?? (presence.kind === 'default' ? presence.value : undefined);
    return typeof written === 'string' ? withValueAt(tree, path, resolve(deps.folder, written)) : tree;
  };

  let result = root;
  for (const setting of settings) {
    if (setting.note.secret) result = withSecret(result, setting);
    else if (setting.note.isPath) result = anchored(result, setting);
    else if (setting.note.readsFiles) result = withListed(result, setting);
  }
  return { root: result, complaints, secretFiles };
}

/** Returns the reason of the operating system for not reading a file, in words. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not read it';
    case 'EISDIR':
      return 'it is a folder';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
