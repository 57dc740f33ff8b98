/**
 * Measures what reading SQL Server, Oracle and MySQL costs beyond their drivers: the same statement through the bare driver,
 * whose rows are discarded, and through our source. The servers of SQL Server and Oracle are stand-ins, see README.md; for
 * MySQL it is a MariaDB of its own.
 *
 *     node --import tsx bench/sources/database-sources.ts --rows 200000 --rounds 3
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startMariadb } from '../../test/support/databases/mariadb-server.ts';
import { treeCpuSeconds } from '../measure/process-tree.ts';
import { fillMysqlTable } from './mysql-table.ts';

/** What `read-database.ts` prints. */
interface Reading {
  readonly rows: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly startRssMb: number;
  readonly peakRssMb: number;
}

/** What `database-server.ts` answers. */
interface ServerWork {
  readonly statements: Readonly<Record<string, string>>;
  readonly cpuSeconds: number;
}

const SERVER = fileURLToPath(new URL('./database-server.ts', import.meta.url));
const READER = fileURLToPath(new URL('./read-database.ts', import.meta.url));
const TYPESCRIPT = ['--import', 'tsx'];
const PRODUCTS = ['mssql', 'oracle', 'mysql'] as const;
const QUERY = 'SELECT * FROM t';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    /** Products, with commas between them. */
    only: { type: 'string', default: PRODUCTS.join(',') },
  },
});
const run = promisify(execFile);
const server = fork(SERVER, [values.rows], { execArgv: TYPESCRIPT });
const [standIns] = (await once(server, 'message')) as [Readonly<Record<string, string>>];
const products = PRODUCTS.filter((product) => values.only.split(',').includes(product));
const mariadb = products.includes('mysql') ? await startMariadb() : undefined;
const urls: Readonly<Record<string, string>> = { ...standIns, mysql: mariadb?.url() ?? '' };
let mariadbSeconds = 0;
try {
  if (mariadb !== undefined) await fillMysqlTable(mariadb, Number(values.rows));
  for (const product of products) await measure(product);
} finally {
  await mariadb?.stop();
  server.send('stop');
  await once(server, 'exit');
}

async function measure(product: string): Promise<void> {
  // Keeps the answers that are sent from then on, and tells the statement.
  await read(product, 'source', '');
  const statement = product === 'mysql' ? QUERY : ((await work()).statements[product] ?? '');
  const drivers: Reading[] = [];
  const sources: Reading[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    drivers.push(await read(product, 'driver', statement));
    sources.push(await read(product, 'source', statement));
  }
  const ratio = (of: 'cpuSeconds' | 'wallSeconds') => (least(sources, of) / least(drivers, of)).toFixed(2);
  process.stdout.write(
    `${product}: source / driver, CPU ${ratio('cpuSeconds')}, wall ${ratio('wallSeconds')}\n\n`,
  );
}

/** Of the round that others on the machine disturbed least. */
function least(readings: readonly Reading[], of: 'cpuSeconds' | 'wallSeconds'): number {
  return Math.min(...readings.map((reading) => reading[of]));
}

async function read(product: string, way: 'driver' | 'source', statement: string): Promise<Reading> {
  await serverSeconds(product);
  const { stdout } = await run(process.execPath, [
    ...TYPESCRIPT,
    ...[READER, product, way, urls[product] ?? '', QUERY, statement],
  ]);
  const reading = JSON.parse(stdout) as Reading;
  if (reading.rows !== Number(values.rows)) throw new Error(`${reading.rows} rows came`);
  if (statement !== '') process.stdout.write(line(product, way, reading, await serverSeconds(product)));
  return reading;
}

function line(product: string, way: string, reading: Reading, serverSeconds: number): string {
  const { rows, wallSeconds, cpuSeconds, startRssMb, peakRssMb } = reading;
  return [
    `${product} ${way}`.padEnd(15),
    `${(rows / wallSeconds).toFixed(0).padStart(7)} rows/s, CPU ${cpuSeconds.toFixed(2)} s`,
    `(${((cpuSeconds / rows) * 1e6).toFixed(1)} µs a row), wall ${wallSeconds.toFixed(2)} s,`,
    `RSS ${startRssMb.toFixed(0)} to ${peakRssMb.toFixed(0)} MB, server's CPU ${serverSeconds.toFixed(2)} s\n`,
  ].join(' ');
}

/** Processor time of a product's server since this was last asked. */
async function serverSeconds(product: string): Promise<number> {
  if (product !== 'mysql') return (await work()).cpuSeconds;
  const before = mariadbSeconds;
  mariadbSeconds = treeCpuSeconds(mariadb?.pid ?? 0);
  return mariadbSeconds - before;
}

async function work(): Promise<ServerWork> {
  server.send('work');
  const [message] = (await once(server, 'message')) as [ServerWork];
  return message;
}
