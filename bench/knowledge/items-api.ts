/**
 * The API of the benchmarks `knowledge.ts` and `apps.ts`, as a process of its own, for `<items>`: `/items?after=N&limit=M` lists by
 * cursor, and with `updated_since` only what changed. `/change?share=S` changes a share of the items.
 */
import process from 'node:process';
import { serveJson } from '../measure/json-server.ts';

const items = Number(process.argv[2]);
const WORDS =
  'account benefit cable desk employee form garage holiday invoice journey key laptop meeting notice office phone quality report salary travel user visit week year zone'.split(
    ' ',
  );
const BODY_WORDS = 50;
const CREATED = '2026-11-01T00:00:00Z';
let changedAt: string | undefined;
/** One item in this many is changed. */
let changedStep = 0;

/** About 450 bytes; the text of no two items is equal. */
function itemOf(id: number) {
  const words = Array.from(
    { length: BODY_WORDS },
    (_, index) => WORDS[(id * 7 + index * index * 3 + Math.floor(id / 25)) % WORDS.length],
  );
  const isChanged = changedStep > 0 && id % changedStep === 0;
  return {
    id: `item-${id}`,
    title: `Article ${id}`,
    body: words.join(' '),
    amount: 10.5,
    version: isChanged ? 2 : 1,
    updated_at: isChanged ? changedAt : CREATED,
  };
}

function answerTo({ pathname, searchParams }: URL): object {
  if (pathname === '/change') {
    changedStep = Math.round(1 / Number(searchParams.get('share')));
    changedAt = new Date().toISOString();
    return {};
  }
  const step = searchParams.has('updated_since') ? changedStep : 1;
  const from = Number(searchParams.get('after') ?? 0);
  const limit = Number(searchParams.get('limit') ?? 100);
  const list = [];
  let id = from;
  for (; id < items && list.length < limit; id += step) list.push(itemOf(id));
  return { items: list, next: id < items ? String(id) : null };
}

serveJson(answerTo);
