import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });

/**
 * Returns the names, versions and licences of the packages that these files belong to, as paths
 * below `root`. Throws if a package has no licence.
 */
export async function thirdPartyNotices(root: string, files: readonly string[]): Promise<string> {
  const folders = new Set(files.map(packageFolder).filter((folder) => folder !== undefined));
  const notices = await Promise.all([...folders].toSorted().map((folder) => noticeOf(join(root, folder))));
  return `Gangway contains these packages.\n\n${notices.join('\n')}`;
}

/** Returns the folder of the package that a file belongs to, or undefined for our own files. */
function packageFolder(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const names = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).toSorted();
  const texts = await Promise.all(names.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${'='.repeat(80)}\n${name} ${version} (${license})\n`, ...texts].join('\n');
}
