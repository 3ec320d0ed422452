// PostgreSQL accepts 65,535 parameters in a query and SQLite 32,766. Longer lists are not faster.
const chunkSize = 500;

/**
 * Calls `work` for each chunk of the list, one after another, and returns all results. Long lists
 * need several queries.
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
