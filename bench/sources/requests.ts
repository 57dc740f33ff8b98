/**
 * Counts the requests that the REST reader makes for each record, and compares them and its processor time with a bare loop over
 * `fetch` that reads the same API and parses each response:
 *
 *     npm run bench:requests -- --records 20000 --rounds 3
 *
 * The API is a process of its own, so its time is not in the figures. Processor time has all threads and the kernel's part; the
 * minimum of all rounds counts, and the reader and the loop take turns.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { silentLogger } from '../../src/core/log.ts';
import type { RestSpec } from '../../src/definitions/rest/types.ts';
import { openReader } from '../../src/rest/reader.ts';

const API = fileURLToPath(new URL('requests-api.ts', import.meta.url));
const PARENTS_SHARE = 100;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
  },
});
const records = Number(values.records);
const rounds = Number(values.rounds);

/** A shape of API, and the bare loop that reads it. */
interface Shape {
  readonly name: string;
  readonly records: number;
  readonly spec: (origin: string) => RestSpec;
  /** @returns the number of records */
  readonly loop: (origin: string) => Promise<number>;
}

interface Cost {
  readonly requests: number;
  readonly cpuMs: number;
}

const OFFSETS = (size: number): NonNullable<RestSpec['pagination']> => ({
  type: 'offset',
  totalPath: 'total',
  pageSizeField: 'limit',
  pageSize: size,
});

interface ApiPage {
  readonly data: readonly { readonly id: number }[];
  readonly total: number;
}

async function fetched<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  return (await answer.json()) as T;
}

async function loopPages(url: string, size: number, each: (page: ApiPage) => Promise<void>): Promise<number> {
  let read = 0;
  for (;;) {
    const page = await fetched<ApiPage>(`${url}&limit=${size}&offset=${read}`);
    await each(page);
    read += page.data.length;
    if (page.data.length === 0 || read >= page.total) return read;
  }
}

const nothing = () => Promise.resolve();

function listing(size: number): Shape {
  return {
    name: `listing, ${size} a page`,
    records,
    spec: (origin) => ({ url: `${origin}/records?count=${records}`, pagination: OFFSETS(size) }),
    loop: (origin) => loopPages(`${origin}/records?count=${records}`, size, nothing),
  };
}

function byParents(concurrency: number): Shape {
  const parents = Math.max(1, Math.round(records / PARENTS_SHARE));
  const spaces = `count=${parents}`;
  return {
    name: `${parents} parents, ${concurrency} at a time`,
    records: parents * PARENTS_SHARE,
    spec: (origin) => ({
      url: `${origin}/records?count=${PARENTS_SHARE}&of={{ parent.id }}`,
      pagination: OFFSETS(PARENTS_SHARE),
      parents: { url: `${origin}/records?${spaces}`, pagination: OFFSETS(PARENTS_SHARE), concurrency },
    }),
    async loop(origin) {
      let read = 0;
      await loopPages(`${origin}/records?${spaces}`, PARENTS_SHARE, async ({ data }) => {
        for (const { id } of data) {
          const url = `${origin}/records?count=${PARENTS_SHARE}&of=${id}`;
          read += await loopPages(url, PARENTS_SHARE, nothing);
        }
      });
      return read;
    },
  };
}

function withDetails(concurrency: number): Shape {
  const count = Math.max(1, Math.round(records / 10));
  const url = (origin: string) => `${origin}/records?count=${count}`;
  return {
    name: `details, ${concurrency} at a time`,
    records: count,
    spec: (origin) => ({
      url: url(origin),
      pagination: OFFSETS(100),
      detail: { url: `${origin}/records/{{ record.id }}`, concurrency },
    }),
    loop: (origin) =>
      loopPages(url(origin), 100, async ({ data }) => {
        for (const { id } of data) await fetched(`${origin}/records/${id}`);
      }),
  };
}

const SHAPES = [listing(100), listing(1_000), byParents(1), byParents(8), withDetails(1), withDetails(8)];

async function readAll(spec: RestSpec): Promise<number> {
  const wait = (): never => {
    throw new Error('the API of the benchmark never asks to wait');
  };
  const reader = openReader(spec, {
    secret: () => '',
    admit: () => undefined,
    retry: { retries: 0, backoffSeconds: 0 },
    clock: { now: () => new Date(), elapsedMs: () => performance.now() },
    wait,
    log: silentLogger,
    proxy: { http: undefined, https: undefined, except: undefined },
    words: {
      at: (field) => `source.${field}`,
      host: 'source.url',
      kind: 'connector',
      paginationDocs: '',
      restart: '',
    },
  });
  let read = 0;
  const pages = reader.pages({}, new AbortController().signal);
  for await (const page of pages) read += page.records.length;
  await reader.close();
  if (pages.statement.truncated) throw new Error('The listing was not complete.');
  return read;
}

const api = fork(API, { execArgv: ['--import', 'tsx'] });
const [address] = (await once(api, 'message')) as [string];

async function requestsSoFar(): Promise<number> {
  const { requests } = await fetched<{ requests: number }>(`${address}/requests`);
  return requests;
}

async function costOf(expected: number, read: () => Promise<number>): Promise<Cost> {
  const before = await requestsSoFar();
  const start = process.cpuUsage();
  const found = await read();
  const { user, system } = process.cpuUsage(start);
  if (found !== expected) throw new Error(`${found} records were read in place of ${expected}.`);
  // The request for the count is one more.
  const requests = (await requestsSoFar()) - before - 1;
  return { requests, cpuMs: (user + system) / 1_000 };
}

const least = (costs: readonly Cost[]): number => Math.min(...costs.map(({ cpuMs }) => cpuMs));

process.stdout.write(
  'shape                       records  requests  per record  x loop  CPU µs/record  x loop\n',
);
for (const shape of SHAPES) {
  const reader: Cost[] = [];
  const loop: Cost[] = [];
  for (let round = 0; round < rounds; round++) {
    reader.push(await costOf(shape.records, () => readAll(shape.spec(address))));
    loop.push(await costOf(shape.records, () => shape.loop(address)));
  }
  const requests = reader[0]?.requests ?? 0;
  const cells = [
    shape.name.padEnd(27),
    String(shape.records).padStart(8),
    String(requests).padStart(10),
    (requests / shape.records).toFixed(3).padStart(12),
    (requests / (loop[0]?.requests ?? 1)).toFixed(2).padStart(8),
    ((least(reader) * 1_000) / shape.records).toFixed(1).padStart(15),
    (least(reader) / least(loop)).toFixed(2).padStart(8),
  ];
  process.stdout.write(`${cells.join('')}\n`);
}
api.kill();
