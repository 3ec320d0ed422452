import type { ConfigFiles, WithFiles } from './named-files.js';
import type { Remark } from './remark.js';

/** Below these, container platforms decide on the modes of files. */
const mountedSecrets = /^(\/var)?\/run\/secrets\//;

/** Returns a remark on each file with secrets that all users of the machine may read. */
export function exposedFileRemarks(
  config: { readonly file: string; readonly hasSecrets: boolean },
  secretFiles: WithFiles['secretFiles'],
  isReadableByOthers: ConfigFiles['isReadableByOthers'],
): Remark[] {
  const files = [...(config.hasSecrets ? [{ path: [], file: config.file }] : []), ...secretFiles];
  return files
    .filter(({ file }) => !mountedSecrets.test(file) && isReadableByOthers(file))
    .map(({ path, file }) => ({
      path,
      message: `All users of this machine may read ${file}, which holds secrets. Run: chmod 600 ${file}`,
    }));
}
