// Runs many tasks, a limited number at a time.

/**
 * Does what `Promise.all(items.map(work))` does, with at most `limit` items under way. After an
 * error no more are begun.
 */
export async function mapAtMost<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = iterate(items);
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const [at, item] of queue) results[at] = await work(item);
  }));
  return results;
}

/**
 * A generator, unlike an array's own iterator, ends for all its readers when one of these readers
 * leaves its loop by an error.
 */
function* iterate<T>(items: readonly T[]): Generator<[number, T]> {
  yield* items.entries();
}
