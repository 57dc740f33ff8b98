/** What a process and the database server beside it used, or the mean of some. */
export interface Cost {
  readonly wallSeconds: number;
  /** Processor time, user and system, of the process, its children and the database server. */
  readonly cpuSeconds: number;
  /** The server's part of `cpuSeconds`. */
  readonly serverCpuSeconds: number;
  /** The largest resident set of the process, in MB of 2^20 bytes; the server is not in it. */
  readonly peakRssMb: number;
}

/** A cost, and the mean of the floors that were measured right before and after it. */
export interface ComparedCost extends Cost {
  readonly floor: Cost;
}

/** The middle one; of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = Number.NaN, high = low] = sorted.slice(
    Math.floor((sorted.length - 1) / 2),
    Math.floor(sorted.length / 2) + 1,
  );
  return (low + high) / 2;
}

export function meanCost(one: Cost, other: Cost): Cost {
  const mean = (of: keyof Cost) => (one[of] + other[of]) / 2;
  return {
    wallSeconds: mean('wallSeconds'),
    cpuSeconds: mean('cpuSeconds'),
    serverCpuSeconds: mean('serverCpuSeconds'),
    peakRssMb: mean('peakRssMb'),
  };
}

export const cpuRatio = (cost: ComparedCost): number => cost.cpuSeconds / cost.floor.cpuSeconds;
export const wallRatio = (cost: ComparedCost): number => cost.wallSeconds / cost.floor.wallSeconds;

/** Lines of columns: the first is aligned to the left, the others to the right, each as wide as its longest text. */
export function textTable(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((text, column) =>
          column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
    .concat('\n');
}
