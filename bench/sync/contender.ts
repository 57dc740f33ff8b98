import { emptyDatabase } from '../measure/empty-database.ts';
import { execa } from 'execa';
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Cost } from '../measure/figures.ts';
import type { BenchGoogle } from '../measure/google.ts';
import { BIN, measuredProgram } from '../measure/measured-process.ts';
import { measuredRun, type RunPlace } from '../measure/measured-run.ts';
import { treeCpuSeconds } from '../measure/process-tree.ts';
import type { Variant } from './connectors.ts';
import type { RowNumbers, RunKind } from './runs.ts';

const ENTRY = 'bin/gemini-sync-bridge.cjs';
/** Where a local run writes, and where the files of a run to the cloud wait. */
const ARTIFACTS = ['local-bucket', '.gemini-sync-bridge/artifacts'];

/** A build of the program. */
export interface Build {
  readonly label: string;
  /** Entry file. */
  readonly bin: string;
}

/** A build with a target and a state of its own, which is compared with others over the same rows. */
export interface Contender extends Build {
  readonly place: RunPlace;
  readonly serverPid: number;
  /** Of the last run: the next one of another variant reads everything once. */
  variant: Variant;
}

/**
 * The builds of `--bin`: entry files or folders of built clones, each with `label=` before it if wished.
 * @throws if a build is missing
 */
export async function buildsOf(paths: readonly string[]): Promise<readonly Build[]> {
  if (paths.length === 0) return [{ label: 'this', bin: BIN }];
  return Promise.all(
    paths.map(async (given) => {
      const [path = '', label] = given.split('=').toReversed();
      const isFolder = (await stat(path)).isDirectory();
      const bin = resolve(path, isFolder ? ENTRY : '');
      await execa(process.execPath, [bin, '--version']);
      return { label: label ?? basename(resolve(path)), bin };
    }),
  );
}

/** Whether the schema of a build allows a connector. @returns undefined, or why not, in one line */
export async function refusalOf({ bin }: Build, connector: string): Promise<string | undefined> {
  const { exitCode, stdout } = await execa(process.execPath, [bin, 'validate', connector], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', SECRET_HR_DB_CREDENTIALS: 'postgres://u:p@127.0.0.1/d' },
  });
  return exitCode === 0 ? undefined : (stdout.split('\n')[0] ?? '').replaceAll(/ +/g, ' ');
}

/** @param server its databases hold the rows, and the state if that is to be in Postgres */
export async function newContender(
  build: Build,
  {
    server,
    folder,
    state,
    google,
  }: {
    server: { readonly pid: number; url(): string };
    folder: string;
    state: string;
    google: BenchGoogle | undefined;
  },
): Promise<Contender> {
  await mkdir(folder, { recursive: true });
  const { label, bin } = build;
  const stateUrl =
    state === 'postgres' ? await emptyDatabase(server.url(), `bench_state_${basename(folder)}`) : undefined;
  if (stateUrl !== undefined)
    await measuredProgram(['migrate'], { folder, bin, env: { DATABASE_URL: stateUrl } });
  const place = { sourceUrl: server.url(), folder, stateUrl, google, bin };
  return { label, bin, place, serverPid: server.pid, variant: 'plain' };
}

/**
 * One run. Its artifacts are removed afterwards, since those of a first load are larger than the table.
 * @throws if the run counted something else than expected
 */
export async function runOf(
  contender: Contender,
  { variant, expected, title }: RunKind,
  { connector, numbers }: { connector: string; numbers: RowNumbers },
): Promise<Cost> {
  const { place, serverPid, label } = contender;
  const serverBefore = treeCpuSeconds(serverPid);
  const { wallSeconds, cpuSeconds, peakRssMb, counts } = await measuredRun(place, numbers.deleted, connector);
  const serverCpuSeconds = treeCpuSeconds(serverPid) - serverBefore;
  contender.variant = variant;
  for (const artifacts of ARTIFACTS) {
    await rm(join(place.folder, artifacts), { recursive: true, force: true });
  }
  for (const [name, count] of Object.entries(expected(numbers))) {
    if ((counts[name] ?? 0) !== count) {
      throw new Error(
        `${title} (${label}) counted ${JSON.stringify(counts)}; ${count} ${name} were expected.`,
      );
    }
  }
  return { wallSeconds, cpuSeconds: cpuSeconds + serverCpuSeconds, serverCpuSeconds, peakRssMb };
}
