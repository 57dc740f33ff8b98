import type { Clock } from './clock.ts';

/** Milliseconds since it was started. */
export type Stopwatch = () => number;

/**
 * Measures time including suspension of the machine. Uses two clocks and takes the larger difference: the monotonic one stops
 * while a machine is suspended, and the wall clock can be set back.
 */
export function startStopwatch(clock: Clock): Stopwatch {
  const elapsedMs = clock.elapsedMs();
  const wallMs = clock.now().getTime();
  return () => Math.max(clock.elapsedMs() - elapsedMs, clock.now().getTime() - wallMs);
}
