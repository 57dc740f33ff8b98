import type { Clock } from './clock.ts';

/** Milliseconds since it was started. */
export type Stopwatch = () => number;

/**
 * Measures time that a machine was suspended for, too, by two clocks of which the one that says more is believed: the
 * monotonic one stands still while a machine is suspended, and the wall clock can be set back.
 */
export function startStopwatch(clock: Clock): Stopwatch {
  const elapsedMs = clock.elapsedMs();
  const wallMs = clock.now().getTime();
  return () => Math.max(clock.elapsedMs() - elapsedMs, clock.now().getTime() - wallMs);
}
