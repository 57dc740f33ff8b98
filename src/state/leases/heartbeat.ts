import { systemClock, type Clock } from '../../core/clock.ts';
import { startStopwatch, type Stopwatch } from '../../core/stopwatch.ts';

interface HeartbeatOptions {
  /** Silent for this long, the lease is lost. */
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** Started before the lease was asked for. */
  readonly age: Stopwatch;
  readonly clock?: Clock;
  /** Whether the lease is still ours; rejects if the state cannot be asked. */
  renew(): Promise<boolean>;
  /** The reason of the signal. */
  lost(why: string): Error;
}

interface Heartbeat {
  /** Aborted when another run has the lease, or when it was not renewed for `leaseMs`. */
  readonly signal: AbortSignal;
  /** The lease is certainly held, and will be for another heartbeat. Asks the clocks only. */
  isFresh(): boolean;
  /** Renews the lease if it is not fresh. @throws the reason of the signal when it is lost, or cannot be renewed. */
  requireHeld(): Promise<void>;
  stop(): void;
}

/** A renewal that is in progress may be from before a suspension; the one after it is not. */
const RENEWALS_MAX = 2;
/** Heartbeats for which an answer that is late is waited for: after a suspension it may be there already, and not be read. */
const LATE_BEATS_MAX = 3;

/**
 * Renews a lease until it is stopped or lost. Never keeps the process alive. A renewal counts from the moment before it was
 * asked for, so the local deadline is never after that of the state.
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
    // A renewal without a response counts as failed. It is attempted first, because a process that was busy for long may
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
