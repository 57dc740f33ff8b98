import { eachAtOnce } from '../../src/core/each-at-once.ts';

/** Processes take the time of these tests, and this many cores may be there. */
const AT_ONCE = 2;

/** Runs `work` for each item, some at once, and leaves none running when one fails. */
export async function forEachSomeAtOnce<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  await eachAtOnce(AT_ONCE, items, work);
}
