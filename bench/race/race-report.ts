import { cpuRatio, median, textTable, wallRatio, type ComparedCost, type Cost } from '../measure/figures.ts';
import type { Entry } from './entry.ts';

export const PHASES = ['first', 'unchanged', 'changed'] as const;
export type Phase = (typeof PHASES)[number];

const TITLES: Readonly<Record<Phase, string>> = {
  first: 'first load',
  unchanged: 'nothing changed',
  changed: '1 % changed, 0.5 % deleted',
};

export interface EntryResult {
  readonly entry: Entry;
  /** In the order of the rounds. */
  readonly costs: Readonly<Record<Phase, ComparedCost[]>>;
  /** Lines that the last run of each phase wrote, if the entry writes lines. */
  readonly lines: Partial<Record<Phase, number>>;
}

/** The table of the race, the floors, and what failed. */
export function raceTable(
  results: readonly EntryResult[],
  floors: readonly Cost[],
  failures: ReadonlyMap<Entry, string>,
): string {
  const titles = ['what', ...PHASES.map((phase) => TITLES[phase]), 'deletes', 'diff', 'readers'];
  const lines = results.map(({ entry, costs }) => [
    entry.title,
    ...PHASES.map((phase) => medians(costs[phase])),
    ...[entry.deletes, entry.diff, entry.readers],
  ]);
  const all = results.flatMap(({ entry, costs, lines: written }) =>
    PHASES.map((phase) => [
      `${entry.title}, ${TITLES[phase]}`,
      costs[phase].map((cost) => `${cpuRatio(cost).toFixed(2)} / ${wallRatio(cost).toFixed(2)}`).join('  '),
      written[phase]?.toString() ?? '-',
    ]),
  );
  return [
    `x CPU / x wall / RSS MB; medians of ${Math.max(0, ...results.map(({ costs }) => costs.first.length))}\n`,
    textTable([titles, ...lines]),
    `All rounds, x CPU / x wall, and the lines that the last round wrote\n${textTable([['run', 'rounds', 'lines'], ...all])}`,
    `Floors, CPU s: ${floors.map(({ cpuSeconds }) => cpuSeconds.toFixed(2)).join(' ')}`,
    `wall s:        ${floors.map(({ wallSeconds }) => wallSeconds.toFixed(2)).join(' ')}`,
    ...[...failures].map(([{ title }, reason]) => `${title}: ${reason}`),
    '',
  ].join('\n');
}

function medians(costs: readonly ComparedCost[]): string {
  if (costs.length === 0) return '-';
  return [
    median(costs.map(cpuRatio)).toFixed(2),
    median(costs.map(wallRatio)).toFixed(2),
    median(costs.map(({ peakRssMb }) => peakRssMb)).toFixed(0),
  ].join(' / ');
}
