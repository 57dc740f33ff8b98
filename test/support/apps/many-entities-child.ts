/**
 * Syncs an app with many entities into a database: in full, in full again without changes, and incrementally with some of
 * them changed. Prints the results, and by how many MiB the process grew at most, as JSON.
 *
 *     many-entities-child.ts <url or file> <number of entities>
 */
import { openAppPlace, testApp } from './app-place.ts';
import { item, listing, pageOf } from './listed-items.ts';

const [address = '', entities = '0'] = process.argv.slice(2);
const PAGE = 500;
/** Of so many entities, one is changed. */
const CHANGED_ONE_IN = 10;
const MIB = 1_048_576;
const count = Number(entities);
const filler = 'x'.repeat(800);

function* pages(version: number) {
  for (let at = 0; at < count; at += PAGE) {
    yield pageOf(
      Array.from({ length: PAGE }, (_, index) =>
        item(`entity-${at + index}`, {
          filler,
          amount: at + index,
          version: (at + index) % CHANGED_ONE_IN === 0 ? version : 0,
        }),
      ),
    );
  }
}

/** Pages are made when they are read, so that only the sync can hold on to them. */
function reader(version: number) {
  const empty = listing([]);
  return {
    ...empty,
    async *read(_since: Date | undefined, signal: AbortSignal) {
      for (const page of pages(version)) {
        signal.throwIfAborted();
        yield await Promise.resolve(page);
      }
      return { incomplete: undefined, partial: false };
    },
  };
}

const place = await openAppPlace(address.includes('://') ? { url: address, file: '' } : { file: address });
await place.sync(testApp(), [listing([pageOf([item('first')])])]);
await place.clear();
globalThis.gc?.();
const before = process.memoryUsage().rss;
let peak = before;
const sampler = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 50);
const started = performance.now();
const results = [];
for (const [version, mode] of [
  [1, 'full'],
  [1, 'full'],
  [2, 'incremental'],
] as const) {
  const { result } = await place.sync(testApp(), [reader(version)], { mode });
  const { status, created, updated, unchanged, deleted, collections } = result;
  results.push({ status, mode: collections[0]?.mode, created, updated, unchanged, deleted });
}
clearInterval(sampler);
const seconds = (performance.now() - started) / 1_000;
await place.close();
process.stdout.write(JSON.stringify({ results, grownMib: (peak - before) / MIB, seconds }));
