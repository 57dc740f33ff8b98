/**
 * Measures what reading SQL Server and Oracle costs beyond their drivers: the same statement through the bare driver, whose
 * rows are thrown away, and through our source. The servers are stand-ins, see README.md.
 *
 *     node --import tsx bench/sources/database-sources.ts --rows 200000 --rounds 3
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

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
const PRODUCTS = ['mssql', 'oracle'] as const;
const QUERY = 'SELECT * FROM t';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
  },
});
const run = promisify(execFile);
const server = fork(SERVER, [values.rows], { execArgv: TYPESCRIPT });
const [urls] = (await once(server, 'message')) as [Readonly<Record<string, string>>];
try {
  for (const product of PRODUCTS) await measure(product);
} finally {
  server.send('stop');
  await once(server, 'exit');
}

async function measure(product: string): Promise<void> {
  // Keeps the answers that are sent from then on, and tells the statement.
  await read(product, 'source', '');
  const statement = (await work()).statements[product] ?? '';
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
  await work();
  const { stdout } = await run(process.execPath, [
    ...TYPESCRIPT,
    ...[READER, product, way, urls[product] ?? '', QUERY, statement],
  ]);
  const reading = JSON.parse(stdout) as Reading;
  if (reading.rows !== Number(values.rows)) throw new Error(`${reading.rows} rows came`);
  if (statement !== '') process.stdout.write(line(product, way, reading, (await work()).cpuSeconds));
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

async function work(): Promise<ServerWork> {
  server.send('work');
  const [message] = (await once(server, 'message')) as [ServerWork];
  return message;
}
