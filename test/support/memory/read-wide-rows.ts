/**
 * Reads a query in a process of its own, `<postgres|postgres-twice|mysql|mssql|oracle> <url> <query>`, and prints as JSON how many rows and
 * bytes came, and by how many MiB the process grew.
 */
import type { Source } from '../../../src/pipeline/ports/ports.ts';
import { mssqlSource } from '../databases/sql-server.ts';
import { mysqlSource } from '../databases/mysql-source.ts';
import { oracleSource } from '../databases/oracle-server.ts';
import { postgresSource } from '../databases/postgres-source.ts';

const OPEN: Readonly<Record<string, (url: string, query: string) => Source>> = {
  postgres: postgresSource,
  'postgres-twice': (url, query) => postgresSource(url, query, { connections: 2 }),
  mysql: mysqlSource,
  mssql: mssqlSource,
  oracle: oracleSource,
};

const [type = '', url = '', query = ''] = process.argv.slice(2);
const MIB = 1_048_576;
const source = OPEN[type]?.(url, query);
if (source === undefined) throw new Error(`There is no source ${type}.`);
let [rows, bytes, before, most] = [0, 0, 0, 0];
for await (const batch of source.read(undefined, new AbortController().signal)) {
  if (rows === 0) before = process.memoryUsage().rss;
  rows += batch.count;
  bytes += batch.ends[batch.count - 1] ?? 0;
  most = Math.max(most, process.memoryUsage().rss);
}
process.stdout.write(JSON.stringify({ rows, bytes, grownMib: Math.round((most - before) / MIB) }));
