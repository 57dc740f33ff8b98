/**
 * Reads a folder of files in a process of its own, `<folder> <format>`, and prints as JSON how many rows and bytes came, and
 * by how many MiB the process grew.
 */
import { FileSource } from '../../../src/sources/file/source.ts';
import { OPEN_PERMIT } from '../pipeline/open-permit.ts';

const [path = '', format = ''] = process.argv.slice(2);
const MIB = 1_048_576;
const source = new FileSource(
  { type: 'file', path, glob: '*', format: format === 'ndjson' ? 'ndjson' : 'csv' },
  { fields: ['id', 'text'], vital: ['id'] },
  { now: () => new Date('2026-01-03'), permit: OPEN_PERMIT },
);
let [rows, bytes, before, most] = [0, 0, 0, 0];
for await (const batch of source.read(undefined, new AbortController().signal)) {
  if (rows === 0) before = process.memoryUsage().rss;
  rows += batch.count;
  bytes += batch.ends[batch.count - 1] ?? 0;
  most = Math.max(most, process.memoryUsage().rss);
}
process.stdout.write(JSON.stringify({ rows, bytes, grownMib: Math.round((most - before) / MIB) }));
