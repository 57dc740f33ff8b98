import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { tellExpectedRows } from '../../../src/pipeline/counts/expected-rows.ts';
import type { RunCounts, Source } from '../../../src/pipeline/ports/ports.ts';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { openState } from '../../../src/state/run/open-state.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { jobOf } from '../../support/pipeline/planning.ts';
import { rowsSource } from '../../support/pipeline/rows-source.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';

const AT = new Date('2026-01-02T03:04:05Z');
const { target } = jobOf();

describe('the number of rows that a run expects', () => {
  const folders = temporaryFolders();
  let state: State;
  beforeEach(async () => {
    state = await openState({ file: join(folders.make(), 'state.db'), readOnly: false });
  });
  afterEach(async () => {
    await state.close();
    folders.removeAll();
  });

  /** Commits a run with these counts. */
  async function committed(counts: Partial<RunCounts>): Promise<void> {
    const lease = await state.lease('hr', { runId: 'R0', host: 'here', pid: process.pid });
    await state.beginRun({ runId: 'R0', connectorId: 'hr', target, startedAt: AT });
    await state.position('hr', target);
    const { fence } = lease;
    await state.commit({ runId: 'R0', fence, status: 'SUCCESS', counts: runCounts(counts), finishedAt: AT });
    await lease.release();
  }

  /** What the observer was told, and what the plan is given. */
  async function expected(listing: Source['listing'] = 'full', job = jobOf(), checkpoint?: string) {
    const told: number[] = [];
    const observer = {
      phase: () => undefined,
      rows: () => undefined,
      expected: (rows: number) => told.push(rows),
    };
    const source = rowsSource({ columns: [], rows: [], listing });
    const position = { ...(await state.position('hr', target)), checkpoint };
    return { records: await tellExpectedRows(job, { source, state, observer }, position), told };
  }

  test('is unknown when no run was committed', async () => {
    expect(await expected()).toEqual({ records: 0, told: [] });
  });

  test('is that of the last run, whose listing lacked some of the records', async () => {
    await committed({ seen: 100, missing: 7 });
    expect(await expected()).toEqual({ records: 107, told: [100] });
    const observer = { phase: () => undefined, rows: () => undefined };
    const source = rowsSource({ columns: [], rows: [] });
    const position = await state.position('hr', target);
    expect(await tellExpectedRows(jobOf(), { source, state, observer }, position)).toBe(107);
  });

  test('is that of a last run that listed only changes', async () => {
    await committed({ seen: 5, missing: null });
    expect(await expected()).toEqual({ records: 5, told: [5] });
  });

  test('is unknown for another target, for a listing of changes, and after a checkpoint', async () => {
    await committed({ seen: 100 });
    const unknown = { records: 0, told: [] };
    expect(await expected('full', jobOf({ target: 'elsewhere' }))).toEqual(unknown);
    expect(await expected('delta')).toEqual(unknown);
    expect(await expected('full', jobOf(), 'w1')).toEqual(unknown);
    expect(await expected('full', jobOf({ full: true }), 'w1')).toMatchObject({ told: [100] });
  });
});
