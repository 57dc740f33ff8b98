/**
 * Runs `work` for each item, at most `most` at a time, and yields the results in the order of the items. An item is taken only when
 * its work begins, so at most `most` items and results are in memory. The first failure, in the order of the items, is thrown. When
 * the consumer stops early, work in progress continues, and its results are dropped: the caller aborts it.
 * @throws what `work` throws
 */
export async function* inOrderConcurrently<T, R>(
  most: number,
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const started = work(item);
    // A failure is thrown when its turn comes; until then, Node.js must not report it as unhandled.
    started.catch(() => undefined);
    running.push(started);
    const [first] = running;
    if (running.length < most || first === undefined) continue;
    yield await first;
    void running.shift();
  }
  for (let first = running[0]; first !== undefined; first = running[0]) {
    yield await first;
    void running.shift();
  }
}
