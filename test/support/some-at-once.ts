import { forEachConcurrently } from '../../src/core/for-each-concurrently.ts';

/** Processes take the time of these tests, and this many cores may be there. */
const AT_ONCE = 2;

/** Runs `work` for each item, some at once, and leaves none running when one fails. */
export async function forEachSomeAtOnce<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  await forEachConcurrently(AT_ONCE, items, work);
}
