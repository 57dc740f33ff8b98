/**
 * Reads a query in a process of its own, `<url> <query>`, and prints as JSON how many rows and bytes came, and by how many
 * MiB the process grew.
 */
import { PostgresSource } from '../../src/sources/sql-postgres.ts';

const [url = '', query = ''] = process.argv.slice(2);
const MIB = 1_048_576;
const source = new PostgresSource({ type: 'postgres', secretRef: 'test-db', query }, url);
let [rows, bytes, before, most] = [0, 0, 0, 0];
for await (const batch of source.read(undefined, new AbortController().signal)) {
  if (rows === 0) before = process.memoryUsage().rss;
  rows += batch.count;
  bytes += batch.ends[batch.count - 1] ?? 0;
  most = Math.max(most, process.memoryUsage().rss);
}
process.stdout.write(JSON.stringify({ rows, bytes, grownMib: Math.round((most - before) / MIB) }));
