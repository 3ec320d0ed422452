import { chown } from 'node:fs/promises';

const ordinaryUserId = 65_534;

/**
 * Makes an ordinary user the owner of these files and runs `work` as that user, because root
 * ignores file modes.
 */
export async function asOrdinaryUser<T>(files: readonly string[], work: () => Promise<T>): Promise<T> {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0 || seteuid === undefined) return work();
  await Promise.all(files.map((file) => chown(file, ordinaryUserId, ordinaryUserId)));
  seteuid(ordinaryUserId);
  try {
    return await work();
  } finally {
    seteuid(0);
  }
}
