import type { MeasuredRun } from '../measure/measured-run.ts';

const NAME_WIDTH = 34;
const FIGURE_WIDTH = 9;

/** A table of runs, each as a ratio to the median of the floors. */
export function report(floors: readonly number[], runs: ReadonlyMap<string, MeasuredRun>): string {
  const floor = floors.toSorted((a, b) => a - b)[Math.floor(floors.length / 2)] ?? Number.NaN;
  const list = floors.map((seconds) => seconds.toFixed(2)).join(' ');
  const titles = ['wall s', 'x floor', 'CPU s', 'x floor', 'RSS MB'];
  const lines = [...runs].map(([name, run]) => name.padEnd(NAME_WIDTH) + figures(run, floor) + work(run));
  return [
    `floor ${floor.toFixed(2)} s (of ${list})`,
    'run'.padEnd(NAME_WIDTH) + titles.map((title) => title.padStart(FIGURE_WIDTH)).join(''),
    ...lines,
    '',
    '',
  ].join('\n');
}

function figures({ wallSeconds, cpuSeconds, peakRssMb }: MeasuredRun, floor: number): string {
  return [
    wallSeconds.toFixed(2),
    (wallSeconds / floor).toFixed(2),
    cpuSeconds.toFixed(2),
    (cpuSeconds / floor).toFixed(2),
    peakRssMb.toFixed(0),
  ]
    .map((figure) => figure.padStart(FIGURE_WIDTH))
    .join('');
}

function work({ counts, operations }: MeasuredRun): string {
  const changes = ['added', 'changed', 'deleted'].map((kind) => `${counts[kind] ?? '?'} ${kind}`);
  if (operations > 0) changes.push(`${operations} imports and purges`);
  return `  ${changes.join(', ')}`;
}
