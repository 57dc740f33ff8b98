/**
 * Reads a response that is made on the fly, `<format> <mebibytes>`, and prints as JSON how many records and bytes came, by how
 * many MiB the process grew, and how many MiB it read per second.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RestSpec } from '../../../src/definitions/rest/types.ts';
import { restReader } from '../http/rest-reader.ts';

const [format = 'json', size = '1'] = process.argv.slice(2);
const MIB = 1_048_576;
const TEXT = 'x'.repeat(1_000);

interface Shape {
  readonly spec: Omit<RestSpec, 'url'>;
  readonly start: string;
  readonly record: (id: number) => string;
  readonly end: string;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  json: {
    spec: { recordsPath: 'data.items' },
    start: '{"data":{"items":[{}',
    record: (id) => `,{"id":${id},"text":"${TEXT}"}`,
    end: ']},"ok":true}',
  },
  ndjson: {
    spec: { responseFormat: 'ndjson' },
    start: '',
    record: (id) => `{"id":${id},"text":"${TEXT}"}\n`,
    end: '',
  },
  csv: {
    spec: { responseFormat: 'csv' },
    start: 'id,text\n',
    record: (id) => `${id},"${TEXT}"\r\n`,
    end: '',
  },
  xml: {
    spec: { responseFormat: 'xml', recordsPath: 'r.e' },
    start: '<r>',
    record: (id) => `<e><id>${id}</id><text>${TEXT}</text></e>\n`,
    end: '</r>',
  },
};

const { spec, start, record, end } = SHAPES[format] ?? { spec: {}, start: '', record: () => '', end: '' };

function* body(): Generator<string> {
  yield start;
  const STEP = 60;
  for (let bytes = 0, id = 0; bytes < Number(size) * MIB; id += STEP) {
    const text = Array.from({ length: STEP }, (_, index) => record(id + index)).join('');
    bytes += text.length;
    yield text;
  }
  yield end;
}

const server = createServer((_, response) => {
  pipeline(Readable.from(body()), response).catch(() => undefined);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const { reader } = restReader({ url: `http://127.0.0.1:${port}/`, ...spec });
let [records, bytes, before, most, largest] = [0, 0, 0, 0, 0];
const begun = performance.now();
for await (const page of reader.pages({}, new AbortController().signal)) {
  if (records === 0) before = process.memoryUsage().rss;
  records += page.records.length;
  bytes += page.bytes.length;
  largest = Math.max(largest, page.bytes.length);
  most = Math.max(most, process.memoryUsage().rss);
}
const seconds = (performance.now() - begun) / 1_000;
await reader.close();
server.closeAllConnections();
server.close();
process.stdout.write(
  JSON.stringify({
    records,
    bytes,
    largest,
    grownMib: Math.round((most - before) / MIB),
    mibPerSecond: Math.round(bytes / MIB / seconds),
  }),
);
