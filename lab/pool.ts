// Runs many tasks, a limited number at a time.

/** Like `Promise.all(items.map(work))`, with `limit` of them under way at most. After an error no more are begun. */
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

/** A generator, unlike an array's own iterator, ends for all its readers when one of them leaves its loop by an error. */
function* iterate<T>(items: readonly T[]): Generator<[number, T]> {
  yield* items.entries();
}
