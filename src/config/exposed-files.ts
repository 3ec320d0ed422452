import type { ConfigFiles, WithFiles } from './named-files.js';
import type { Remark } from './remark.js';

/** Container platforms set the modes of files below these folders. */
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
      message: `All users of this machine can read ${file}, which contains secrets. Run: chmod 600 ${file}`,
    }));
}
