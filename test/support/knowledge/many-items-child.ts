/**
 * Syncs many items into an embedded database: `<file> <items>`. Run it with --expose-gc. Prints as JSON how many there were, and by
 * how many MiB the process grew after its first pages. Ten items in a row have the same text, because a vector of each would fill the disk.
 */
import { startHttp } from '../http/local-server.ts';
import { knowledgePlace } from './knowledge-place.ts';

const [file = '', count = ''] = process.argv.slice(2);
const MIB = 1_048_576;
const PAGE_ITEMS = 100;
const WARM_UP_PAGES = 100;
const MEASURED_PAGES = 20;
const SHARING_ITEMS = 10;
const items = Number(count);

const { origin, close } = await startHttp((request, response) => {
  const start = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('after') ?? 0);
  const page = Array.from({ length: Math.min(PAGE_ITEMS, items - start) }, (_, index) => {
    const number = Math.floor((start + index) / SHARING_ITEMS);
    return {
      id: start + index,
      title: `Article ${number}`,
      body: `What is to be said about number ${number}.`,
    };
  });
  const next = start + page.length;
  response.end(JSON.stringify({ items: page, next: next < items ? next : null }));
});

const place = await knowledgePlace({ file });
const id = await place.apply({
  baseUrl: `${origin}/articles`,
  cursorParam: 'after',
  nextCursorPath: 'next',
  itemsPath: 'items',
});
let before = 0;
let most = 0;
for (let pages = 1; ; pages++) {
  const { done } = await place.page(id);
  place.embedder.texts.length = 0;
  place.lines.length = 0;
  if (pages % MEASURED_PAGES === 0) {
    // How much garbage waits for its collection depends on the machine, and not on what the pass keeps.
    globalThis.gc?.();
    const { rss } = process.memoryUsage();
    if (pages === WARM_UP_PAGES) before = rss;
    most = Math.max(most, rss);
  }
  if (done) break;
}
const { chunks, cursor } = await place.knowledge.source(id);
await place.close();
await close();
process.stdout.write(
  JSON.stringify({ items: cursor?.items, chunks, grownMib: Math.round((most - before) / MIB) }),
);
