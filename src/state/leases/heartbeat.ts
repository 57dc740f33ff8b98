import { systemClock, type Clock } from '../../core/time/clock.ts';
import { startStopwatch, type Stopwatch } from '../../core/time/stopwatch.ts';

interface HeartbeatOptions {
  /** The lease is lost when it is not renewed for this long. */
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** Must be started before the lease is requested. */
  readonly age: Stopwatch;
  readonly clock?: Clock;
  /** Resolves with whether the lease is still ours; rejects if the state cannot be queried. */
  renew(): Promise<boolean>;
  /** Makes the reason of the signal. */
  lost(why: string): Error;
}

interface Heartbeat {
  /** Aborted when another run has the lease, or when it was not renewed for `leaseMs`. */
  readonly signal: AbortSignal;
  /** Whether the lease is certainly held, and will be for another heartbeat. Reads only the clocks. */
  isFresh(): boolean;
  /** Renews the lease if it is not fresh. @throws the reason of the signal when it is lost, or cannot be renewed. */
  requireHeld(): Promise<void>;
  stop(): void;
}

/** A renewal that is in progress may have started before a suspension; the next one has not. */
const RENEWALS_MAX = 2;
/** The number of heartbeats to wait for a late response: after a suspension it may have arrived without having been read yet. */
const LATE_BEATS_MAX = 3;

/**
 * Renews a lease until it is stopped or lost. Never keeps the process alive. A renewal counts from the moment before its request,
 * so the local deadline is never later than that of the state.
 */
export function keepAlive(options: HeartbeatOptions): Heartbeat {
  const { leaseMs, heartbeatMs, clock = systemClock } = options;
  const freshMs = leaseMs - Math.min(heartbeatMs, leaseMs / 2);
  const controller = new AbortController();
  const { signal } = controller;
  const ended = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  let { age } = options;
  let renewal: Promise<void> | undefined;
  let lateBeats = 0;

  const stop = () => {
    clearInterval(timer);
  };
  const giveUp = (why: string) => {
    stop();
    controller.abort(options.lost(why));
  };
  const tooLate = () => age() > leaseMs;
  const silent = () => {
    giveUp(`the state database could not be reached for ${Math.round(leaseMs / 1_000)} s.`);
  };
  const renew = async () => {
    const asked = startStopwatch(clock);
    try {
      if (await options.renew()) age = asked;
      else giveUp('another run took over.');
    } catch {
      if (tooLate()) silent();
    } finally {
      lateBeats = 0;
      renewal = undefined;
    }
  };
  const beat = () => {
    // A renewal without a response counts as failed. It is attempted first, because a process that was busy for a long time may
    // still hold its lease.
    if (renewal === undefined) renewal = renew();
    else if (tooLate() && (lateBeats += 1) >= LATE_BEATS_MAX) silent();
  };
  const isFresh = () => !signal.aborted && age() < freshMs;

  const timer = setInterval(beat, heartbeatMs);
  timer.unref();
  return {
    signal,
    isFresh,
    async requireHeld() {
      for (let renewals = 0; !isFresh(); renewals++) {
        signal.throwIfAborted();
        if (renewals === RENEWALS_MAX) giveUp('it could not be renewed before its end.');
        else await Promise.race([(renewal ??= renew()), ended]);
      }
    },
    stop,
  };
}
