/**
 * Reads a query in a process of its own, throws the rows away, and prints as JSON what it took:
 * `<mssql|oracle|mysql> <driver|source> <url> <query> <statement>`. The statement is what the source makes of the query, for the
 * driver. The clock begins before the login, when all code is loaded.
 */
import mysql from 'mysql2';
import oracledb from 'oracledb';
import { Connection, Request, TYPES } from 'tedious';
import type { Source } from '../../src/pipeline/ports/ports.ts';
import { mysqlSource } from '../../test/support/databases/mysql-source.ts';
import { oracleSource } from '../../test/support/databases/oracle-server.ts';
import { mssqlSource } from '../../test/support/databases/sql-server.ts';

/** As many as the source has fetched at once. */
const FETCH_ROWS = 500;
const BYTES_PER_MB = 1_048_576;
const KIB_PER_MB = 1_024;

const [product = '', way = '', url = '', query = '', statement = ''] = process.argv.slice(2);
const { hostname, port, username, password } = new URL(url);

async function throughSource(source: Source): Promise<number> {
  let rows = 0;
  for await (const { count } of source.read(undefined, new AbortController().signal)) rows += count;
  return rows;
}

/** Values as the driver makes them by itself, of which decimals are not exact. */
async function throughTedious(): Promise<number> {
  let rows = 0;
  const connection = new Connection({
    server: hostname,
    authentication: { type: 'default', options: { userName: username, password } },
    options: { port: Number(port), encrypt: false },
  });
  await settled((done) => {
    connection.connect(done);
  });
  await settled((done) => {
    const request = new Request(statement, done);
    request.addParameter('query', TYPES.NVarChar, query);
    request.on('row', () => rows++);
    connection.execSql(request);
  });
  connection.close();
  return rows;
}

/** Numbers as the driver makes them by itself, which are not exact. */
async function throughOracledb(): Promise<number> {
  const connectString = `${hostname}:${port}/FREEPDB1`;
  const connection = await oracledb.getConnection({ user: username, password, connectString });
  const { resultSet } = await connection.execute(statement, [], {
    resultSet: true,
    outFormat: oracledb.OUT_FORMAT_ARRAY,
    fetchArraySize: FETCH_ROWS,
    prefetchRows: FETCH_ROWS,
  });
  let rows = 0;
  for (let some = 1; some > 0; rows += some) some = (await resultSet?.getRows(FETCH_ROWS))?.length ?? 0;
  await connection.close();
  return rows;
}

/** Values as the driver makes them by itself, as rows of an array. */
async function throughMysql2(): Promise<number> {
  const connection = mysql.createConnection(url);
  let rows = 0;
  const stream = connection.query({ sql: query, rowsAsArray: true }).stream({ highWaterMark: FETCH_ROWS });
  for await (const row of stream) if (row !== undefined) rows++;
  connection.destroy();
  return rows;
}

function settled(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

const READ: Readonly<Record<string, () => Promise<number>>> = {
  'mssql driver': throughTedious,
  'mssql source': () => throughSource(mssqlSource(url, query)),
  'oracle driver': throughOracledb,
  'oracle source': () => throughSource(oracleSource(url, query)),
  'mysql driver': throughMysql2,
  'mysql source': () => throughSource(mysqlSource(url, query)),
};

const startRssMb = process.memoryUsage.rss() / BYTES_PER_MB;
const startedMs = performance.now();
const startedCpu = process.cpuUsage();
const rows = await READ[`${product} ${way}`]?.();
const wallSeconds = (performance.now() - startedMs) / 1_000;
const { user, system } = process.cpuUsage(startedCpu);
const peakRssMb = process.resourceUsage().maxRSS / KIB_PER_MB;
const cpuSeconds = (user + system) / 1e6;
process.stdout.write(JSON.stringify({ rows, wallSeconds, cpuSeconds, startRssMb, peakRssMb }));
