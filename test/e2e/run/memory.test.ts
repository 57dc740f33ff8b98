import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGoogle, type BenchGoogle } from '../../../bench/measure/google.ts';
import {
  CONNECTOR,
  measuredRun,
  type MeasuredRun,
  type RunPlace,
} from '../../../bench/measure/measured-run.ts';
import { changeHrRows, createHrTable } from '../../../scripts/hr-table.ts';
import { GCS_CHUNK_BYTES } from '../../../src/artifacts/limits.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const ROWS = 200_000;
const SMALLER = ROWS / 4;
/** The rows of the 1 %: half of them change, and a quarter each leave and join. */
const CHANGES = { change: ROWS / 200, remove: ROWS / 400, add: ROWS / 400 };

/** Megabytes of 2^20 bytes. Node itself takes 60 before it does anything. */
const PEAK_RSS_MB_MAX = 180;
/** Two artifacts are written at once, each with two chunks in memory. */
const UPLOAD_MB = (4 * GCS_CHUNK_BYTES) / 2 ** 20;
/** Four times the rows need less than this much more memory: it is bounded by constants, not by the table. */
const GROWTH_MAX = 1.5;

let source: TestPostgres;
let google: BenchGoogle;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
  google = await startGoogle(CONNECTOR);
});
afterAll(async () => {
  await google.stop();
  await source.stop();
  folders.removeAll();
});

/** First load, then nothing new, each by the built program as a process of its own. */
async function twoRuns(
  rows: number,
  target: BenchGoogle | undefined,
): Promise<{ place: RunPlace; first: MeasuredRun; unchanged: MeasuredRun }> {
  await createHrTable(source.url(), rows);
  const place = { sourceUrl: source.url(), folder: folders.make(), stateUrl: undefined, google: target };
  const first = await measuredRun(place, rows);
  const unchanged = await measuredRun(place, rows);
  expect([first.counts, unchanged.counts]).toMatchObject([{ added: rows }, { unchanged: rows }]);
  return { place, first, unchanged };
}

test.each([
  ['a folder', () => undefined, PEAK_RSS_MB_MAX],
  ['Cloud Storage and Discovery Engine', () => google, PEAK_RSS_MB_MAX + UPLOAD_MB],
])(
  'memory stays under its cap on the way to %s, and hardly grows with the table',
  async (_name, target, cap) => {
    const smaller = await twoRuns(SMALLER, target());
    const larger = await twoRuns(ROWS, target());
    await changeHrRows(source.url(), CHANGES);
    const delta = await measuredRun(larger.place, ROWS);
    expect(delta.counts).toMatchObject({
      changed: CHANGES.change,
      deleted: CHANGES.remove,
      added: CHANGES.add,
    });

    const peaks = {
      first: larger.first.peakRssMb,
      unchanged: larger.unchanged.peakRssMb,
      delta: delta.peakRssMb,
    };
    expect(Object.entries(peaks).filter(([, megabytes]) => megabytes > cap)).toEqual([]);
    expect(peaks.first / smaller.first.peakRssMb).toBeLessThan(GROWTH_MAX);
    expect(peaks.unchanged / smaller.unchanged.peakRssMb).toBeLessThan(GROWTH_MAX);
  },
);
