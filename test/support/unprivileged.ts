import { chown } from 'node:fs/promises';

const ordinaryUserId = 65_534;

/** Gives these files to an ordinary user and does the work as that user, so that file modes count; root ignores them. */
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
