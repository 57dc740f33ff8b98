import os from 'node:os';
import { cpuRatio, median, textTable, wallRatio, type ComparedCost, type Cost } from '../measure/figures.ts';

/** The floors of quiet minutes differ by less. */
const BUSY = 4 / 3;

/** All rounds of one kind of run of one build and target. */
export interface MeasuredKind {
  readonly key: string;
  readonly title: string;
  readonly aim: number;
  readonly build: string;
  readonly target: string;
  /** In the order of the rounds. */
  readonly costs: readonly ComparedCost[];
}

/** The machine, for figures that are read later. */
export const machine = () => ({
  date: new Date().toISOString(),
  node: process.version,
  cpus: os.cpus().length,
  cpuModel: os.cpus()[0]?.model ?? '',
  loadAverage: os.loadavg(),
});

/** The medians of all rounds, then each value, then the floors. */
export function report(kinds: readonly MeasuredKind[], floors: readonly Cost[]): string {
  const titles = ['run', 'build', 'x CPU', 'x wall', 'aim', 'RSS MB', 'CPU s', 'server s', 'wall s'];
  const lines = kinds.map(({ title, target, build, costs, aim }) => {
    const middle = (of: (cost: ComparedCost) => number, digits = 2) => median(costs.map(of)).toFixed(digits);
    return [
      `${title}, ${target}`,
      build,
      middle(cpuRatio),
      middle(wallRatio),
      aim.toString(),
      middle(({ peakRssMb }) => peakRssMb, 0),
      middle(({ cpuSeconds }) => cpuSeconds),
      middle(({ serverCpuSeconds }) => serverCpuSeconds),
      middle(({ wallSeconds }) => wallSeconds),
    ];
  });
  const values = kinds.map(({ title, target, build, costs }) => [
    `${title}, ${target}`,
    build,
    ...costs.map((cost) => `${cpuRatio(cost).toFixed(2)} / ${wallRatio(cost).toFixed(2)}`),
  ]);
  return [
    textTable([titles, ...lines]),
    `All rounds, x CPU / x wall:\n${textTable(values)}`,
    floorLines(floors),
  ].join('\n');
}

function floorLines(floors: readonly Cost[]): string {
  const walls = floors.map(({ wallSeconds }) => wallSeconds);
  const list = (of: (cost: Cost) => number) => floors.map((cost) => of(cost).toFixed(2)).join(' ');
  return [
    `Floors, CPU s: ${list(({ cpuSeconds }) => cpuSeconds)}`,
    `of it server:  ${list(({ serverCpuSeconds }) => serverCpuSeconds)}`,
    `wall s:        ${list(({ wallSeconds }) => wallSeconds)}`,
    ...(Math.max(...walls) > BUSY * Math.min(...walls)
      ? ['The floors differ by more than a third: the machine was busy. Compare x CPU, or measure again.']
      : []),
    '',
  ].join('\n');
}
