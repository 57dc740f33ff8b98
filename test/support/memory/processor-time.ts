import process from 'node:process';

/** Processor time, in milliseconds, that is not worth a question: quadratic work that ends within it does no harm. */
const HARMLESS_MS = 100;
/** Linear work takes four times as long for four times as much, and quadratic work sixteen times. */
const FACTOR_MAX = 12;
const TRIES = 3;

/**
 * Measures the processor time of work on inputs of n, 2n and 4n; for `expect(…).toBe('linear')`. The times are compared with
 * each other, so that neither the machine's speed nor other processes matter.
 * @param largest 4n
 * @returns `linear`, or the times
 */
export async function growthOf(work: (size: number) => unknown, largest: number): Promise<string> {
  let times = '';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const measured: number[] = [];
    for (const part of [4, 2, 1]) measured.push(await processorMs(work, Math.ceil(largest / part)));
    const [first = 0, , last = 0] = measured;
    if (last <= FACTOR_MAX * first + HARMLESS_MS) return 'linear';
    times = `not linear: ${measured.map((ms) => `${Math.round(ms)} ms`).join(', ')}`;
  }
  return times;
}

async function processorMs(work: (size: number) => unknown, size: number): Promise<number> {
  const before = process.cpuUsage();
  await work(size);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
