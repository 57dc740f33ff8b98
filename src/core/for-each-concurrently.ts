/**
 * Runs `work` for each item, at most `most` at a time, in the order of the items. After a failure no further item is started, and
 * the error is thrown once no work is in progress. (p-map rejects at once, and leaves the others running.)
 * @throws what the first work that fails throws
 */
export async function forEachConcurrently<T>(
  most: number,
  items: Iterable<T>,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const waiting = [...items].entries();
  const failures: unknown[] = [];
  const worker = async () => {
    try {
      for (const [index, item] of waiting) {
        if (failures.length > 0) return;
        await work(item, index);
      }
    } catch (thrown) {
      failures.push(thrown);
    }
  };
  await Promise.all(Array.from({ length: most }, worker));
  if (failures.length > 0) throw failures[0];
}
