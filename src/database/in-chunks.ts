// PostgreSQL takes 65,535 parameters of a query and SQLite 32,766; the plan of a long list is no
// better than that of several short ones.
const chunkSize = 500;

/**
 * What `work` answers for each part of the list, one part after the other: queries with long lists
 * are several queries.
 */
export async function inChunks<Item, Result>(
  items: readonly Item[],
  work: (chunk: readonly Item[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += chunkSize) {
    results.push(...(await work(items.slice(from, from + chunkSize))));
  }
  return results;
}
