import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own that can be filled. */
export interface SmallDisk {
  readonly folder: string;
  remove(): void;
}

/** Mounts a file system in memory; `options` are those of tmpfs(5). */
export function mountSmallDisk(options: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'gangway-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  return {
    folder,
    remove() {
      // Lazy: a connection of SQLite's may close a moment later.
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
      rmSync(folder, { recursive: true });
    },
  };
}

/** Why tests on a full disk are skipped; undefined if they are not. */
export const mountMissing = canMount() ? undefined : 'skipped: this user may not mount';

function canMount(): boolean {
  try {
    mountSmallDisk('size=64k').remove();
    return true;
  } catch {
    return false;
  }
}
