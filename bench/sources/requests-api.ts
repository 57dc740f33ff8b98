/** The API of the benchmark `requests.ts`, as a process of its own: `/records?count=N` by offset, and `/records/ID`. */
import { serveJson } from '../measure/json-server.ts';

const TEXT = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit. '.repeat(5);
let requests = 0;

const recordOf = (id: number) => ({
  id,
  title: `Record ${id}`,
  body: TEXT,
  updated_at: '2026-11-29T00:00:00Z',
});

function answerTo({ pathname, searchParams }: URL): object {
  requests++;
  if (pathname === '/requests') return { requests };
  const id = /^\/records\/(\d+)$/.exec(pathname)?.[1];
  if (id !== undefined) return { ...recordOf(Number(id)), detail: TEXT };
  const total = Number(searchParams.get('count'));
  const from = Number(searchParams.get('offset') ?? 0);
  const size = Math.max(0, Math.min(Number(searchParams.get('limit') ?? 100), total - from));
  // The records of different parents differ.
  const first = Number(searchParams.get('of') ?? 0) * 1_000 + from + 1;
  return { total, data: Array.from({ length: size }, (_, index) => recordOf(first + index)) };
}

serveJson(answerTo);
