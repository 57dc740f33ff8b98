/**
 * Measures what starting the built program costs and prints each figure as a ratio to a bare `node -e 0` of the same minutes:
 *
 *     npm run bench:start -- --rounds 20
 *
 * Only processor time counts, of all threads and with the kernel's part: a busy machine changes it less than the wall time.
 */
import { execa } from 'execa';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { createHrTable } from '../../scripts/hr-table.ts';
import { BIN, REPORT_USAGE, type Usage } from '../measure/measured-process.ts';
import { CONNECTOR } from '../measure/measured-run.ts';

/** Connectors only: a file of another kind loads the code of its kind. */
const EXAMPLES = ['handbook-open', 'orders-delta', 'products-no-content'].map((name) =>
  fileURLToPath(new URL(`../../examples/${name}.yaml`, import.meta.url)),
);
const RUN = ['run', '--connector', CONNECTOR, '--local', '--json', '--progress', 'off'];
const ROWS = 20;

type Used = Omit<Usage, 'wallSeconds'>;

interface Start {
  readonly name: string;
  /** What follows `node`. */
  readonly args: readonly string[];
  /** The aim as a ratio to the first of the list. */
  readonly aim: number | undefined;
  /** Whether the working directory is the one of the start before, with its state. */
  readonly again?: boolean;
}

const STARTS: readonly [Start, ...Start[]] = [
  { name: 'node -e 0', args: ['-e', '0'], aim: undefined },
  { name: '--version', args: [BIN, '--version'], aim: 1.5 },
  { name: '--help', args: [BIN, '--help'], aim: 2 },
  { name: 'run --help', args: [BIN, 'run', '--help'], aim: undefined },
  { name: 'validate, 3 files', args: [BIN, 'validate', ...EXAMPLES], aim: 3 },
  { name: `run, ${ROWS} new rows`, args: [BIN, ...RUN], aim: 5 },
  { name: 'run, nothing changed', args: [BIN, ...RUN], aim: 5, again: true },
];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    /** A file of certificates for `NODE_EXTRA_CA_CERTS`, which Node 20 reads at every start. */
    'extra-ca': { type: 'string' },
  },
});
const extraCa = values['extra-ca'];
const server = await startEmbeddedPostgres();
const folder = await mkdtemp(join(tmpdir(), 'bench-start-'));
try {
  await createHrTable(server.url(), ROWS);
  const used = new Map<Start, Used[]>(STARTS.map((start) => [start, []]));
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const [start, list] of used) list.push(await measured(start, round));
  }
  process.stdout.write(table(used));
} finally {
  await rm(folder, { recursive: true, force: true });
  await server.stop();
}

async function measured({ args, again = false }: Start, round: number): Promise<Used> {
  const cwd = join(folder, String(round));
  if (!again) await rm(cwd, { recursive: true, force: true });
  await mkdir(cwd, { recursive: true });
  const usageFile = join(folder, 'usage.json');
  await execa(process.execPath, ['--require', REPORT_USAGE, ...args], {
    cwd,
    extendEnv: false,
    env: {
      PATH: process.env['PATH'] ?? '',
      LOG_LEVEL: 'error',
      SECRET_HR_DB_CREDENTIALS: server.url(),
      USAGE_FILE: usageFile,
      ...(extraCa === undefined ? {} : { NODE_EXTRA_CA_CERTS: extraCa }),
    },
  });
  return JSON.parse(await readFile(usageFile, 'utf8')) as Used;
}

function table(used: ReadonlyMap<Start, readonly Used[]>): string {
  const rows = [...used].map(([start, list]) => {
    const cpu = list.map(({ cpuSeconds }) => cpuSeconds * 1_000).toSorted((a, b) => a - b);
    const rss = list.map(({ peakRssMb }) => peakRssMb).toSorted((a, b) => a - b);
    return { start, least: cpu[0] ?? Number.NaN, middle: median(cpu), rssMb: median(rss) };
  });
  const [bare] = rows;
  const lines = rows.map(({ start, least, middle, rssMb }) => [
    start.name,
    least.toFixed(0),
    (least / (bare?.least ?? Number.NaN)).toFixed(2),
    middle.toFixed(0),
    (middle / (bare?.middle ?? Number.NaN)).toFixed(2),
    start.aim?.toString() ?? '',
    rssMb.toFixed(0),
  ]);
  const titles = ['command', 'min ms', 'x node', 'median ms', 'x node', 'aim', 'RSS MB'];
  return [titles, ...lines]
    .map(([name = '', ...figures]) => name.padEnd(24) + figures.map((text) => text.padStart(11)).join(''))
    .join('\n')
    .concat('\n');
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
