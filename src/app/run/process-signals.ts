import { systemClock } from '../../core/clock.ts';
import { BridgeError } from '../../core/errors.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import { SHUTDOWN_SECONDS_MAX, SIGNAL_REPEAT_MS } from '../limits.ts';

/** The statuses that shells give to a process ended by these signals. */
const STATUSES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
type EndingSignal = keyof typeof STATUSES;

/** As much of `process` as is needed. */
interface SignalledProcess {
  on(signal: EndingSignal, listener: (signal: EndingSignal) => void): unknown;
  off(signal: EndingSignal, listener: (signal: EndingSignal) => void): unknown;
  exit(status: number): unknown;
}

interface SignalOptions {
  readonly process: SignalledProcess;
  /** What the work has from the first signal until the process ends regardless. */
  readonly shutdownSeconds?: number;
  /** A signal so soon after the first is the same one, come by another way. */
  readonly repeatMs?: number;
}

/** What stops work early: the signals of a process, or an AbortSignal of a caller that runs several works in one process. */
export type StopSource = SignalledProcess | AbortSignal;

/** Does work until it ends or `stop` says so. @throws what the work throws */
export async function untilStopped<T>(
  stop: StopSource,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return stop instanceof AbortSignal ? work(stop) : withSignals(work, { process: stop });
}

/**
 * Does work that SIGINT and SIGTERM interrupt. The first one aborts the signal that the work is given, with a BridgeError
 * INTERRUPTED whose exit status is 130 or 143; what the work then returns or throws is returned or thrown. A second one,
 * or `SHUTDOWN_SECONDS_MAX` seconds, end the process at once with that same status. Afterwards signals are as before.
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
