import { expect, test } from '@jest/globals';
import type { PhaseTime } from '../../src/telemetry/run-report.ts';
import { RunWatch } from '../../src/telemetry/run-watch.ts';
import { ManualTime } from '../support/pipeline/manual-time.ts';

test('a run that is watched tells each phase as it ends, and keeps its times and last counts', () => {
  const time = new ManualTime();
  const told: PhaseTime[] = [];
  const watch = new RunWatch(time.clock, (phase) => told.push(phase));
  const counts = { seen: 1, unchanged: 0, added: 1, changed: 0, quarantined: 0 };
  time.pass(10);
  watch.phase('extract');
  watch.rows(counts);
  // As the pipeline does: the same object, which goes on counting.
  counts.seen = 2;
  time.pass(200);
  watch.phase('publish');
  expect(told.map(({ phase, durationMs }) => [phase, durationMs])).toEqual([['extract', 200]]);
  time.pass(30);
  expect(watch.end()).toMatchObject({ durationMs: 240, rows: { seen: 1 }, finishedAt: time.clock.now() });
  expect(told).toEqual(watch.phases);
  expect(told.map(({ phase, durationMs }) => [phase, durationMs])).toEqual([
    ['extract', 200],
    ['publish', 30],
  ]);
  expect(told[1]?.startedAt.getTime()).toBe(time.clock.now().getTime() - 30);
});

test('a run that ends before its first phase has none', () => {
  const time = new ManualTime();
  const watch = new RunWatch(time.clock, () => undefined);
  expect(watch.end()).toMatchObject({ durationMs: 0, rows: {} });
  expect(watch.phases).toEqual([]);
});
