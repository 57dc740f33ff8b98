import { systemClock } from '../../../core/time/clock.ts';
import { BridgeError } from '../../../core/errors.ts';
import { EXIT, type ExitStatus } from '../../../core/exit-status.ts';
import { SHUTDOWN_SECONDS_MAX, SIGNAL_REPEAT_MS } from '../../limits.ts';

/** The exit statuses that shells use for a process ended by these signals. */
const STATUSES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
type EndingSignal = keyof typeof STATUSES;

/** The part of `process` that is used here. */
interface SignalledProcess {
  on(signal: EndingSignal, listener: (signal: EndingSignal) => void): unknown;
  off(signal: EndingSignal, listener: (signal: EndingSignal) => void): unknown;
  exit(status: number): unknown;
}

interface SignalOptions {
  readonly process: SignalledProcess;
  /** The time that the work has after the first signal before the process is ended. */
  readonly shutdownSeconds?: number;
  /** A signal that follows the first one within this time counts as the same signal, received in another way. */
  readonly repeatMs?: number;
}

/** A source of early stops: the signals of a process, or the AbortSignal of a caller with several works in one process. */
export type StopSource = SignalledProcess | AbortSignal;

/** Does work until it ends or `stop` interrupts it. @throws what the work throws */
export async function untilStopped<T>(
  stop: StopSource,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return stop instanceof AbortSignal ? work(stop) : withSignals(work, { process: stop });
}

/**
 * Does work that SIGINT and SIGTERM interrupt. The first signal aborts the AbortSignal of the work with a BridgeError
 * INTERRUPTED whose exit status is 130 or 143; the result or error of the work is then returned or thrown. A second signal,
 * or `SHUTDOWN_SECONDS_MAX` seconds, end the process immediately with the same status. Afterwards the signal handlers are
 * removed.
 */
export async function withSignals<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: SignalOptions,
): Promise<T> {
  const { process, shutdownSeconds = SHUTDOWN_SECONDS_MAX, repeatMs = SIGNAL_REPEAT_MS } = options;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let first: { readonly status: ExitStatus; readonly atMs: number } | undefined;

  function stop(signal: EndingSignal): void {
    if (first !== undefined) {
      if (systemClock.elapsedMs() - first.atMs >= repeatMs) process.exit(first.status);
      return;
    }
    const status = STATUSES[signal];
    first = { status, atMs: systemClock.elapsedMs() };
    timer = setTimeout(() => process.exit(status), shutdownSeconds * 1_000);
    controller.abort(interrupted(signal));
  }

  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function interrupted(signal: EndingSignal): BridgeError {
  return new BridgeError('INTERRUPTED', `Stopped by ${signal}.`, {
    hint: 'Nothing was committed: run the same command again.',
    exit: STATUSES[signal],
  });
}
