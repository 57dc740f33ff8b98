import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measuredRun, type MeasuredRun } from '../../bench/measured-run.ts';
import { changeHrRows, createHrTable } from '../../scripts/hr-table.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';

const ROWS = 200_000;
const SMALLER = ROWS / 4;
/** Of the 1 %: half of them change, a quarter each leave and join. */
const CHANGES = { change: ROWS / 200, remove: ROWS / 400, add: ROWS / 400 };

/** Megabytes of 2^20 bytes. Node itself takes 60 before it does anything. */
const PEAK_RSS_MB_MAX = 180;
/** Four times the rows need less than this much more memory: it is bounded by constants, not by the table. */
const GROWTH_MAX = 1.5;

let source: TestPostgres;
const folders = temporaryFolders();

beforeAll(async () => {
  source = await startPostgres();
});
afterAll(async () => {
  await source.stop();
  folders.removeAll();
});

/** First load, then nothing new, each by the built program as a process of its own. */
async function twoRuns(
  rows: number,
): Promise<{ folder: string; first: MeasuredRun; unchanged: MeasuredRun }> {
  await createHrTable(source.url(), rows);
  const folder = folders.make();
  const run = () => measuredRun(source.url(), folder, undefined, rows);
  const first = await run();
  const unchanged = await run();
  expect([first.counts, unchanged.counts]).toMatchObject([{ added: rows }, { unchanged: rows }]);
  return { folder, first, unchanged };
}

test('memory stays under its cap, and hardly grows with the table', async () => {
  const smaller = await twoRuns(SMALLER);
  const larger = await twoRuns(ROWS);
  await changeHrRows(source.url(), CHANGES);
  const delta = await measuredRun(source.url(), larger.folder, undefined, ROWS);
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
  expect(Object.entries(peaks).filter(([, megabytes]) => megabytes > PEAK_RSS_MB_MAX)).toEqual([]);
  expect(peaks.first / smaller.first.peakRssMb).toBeLessThan(GROWTH_MAX);
  expect(peaks.unchanged / smaller.unchanged.peakRssMb).toBeLessThan(GROWTH_MAX);
});
