import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-status.ts';
import type { Logger } from '../../core/log.ts';
import { systemClock } from '../../core/time/clock.ts';
import { startStopwatch } from '../../core/time/stopwatch.ts';
import { keepAlive } from '../../state/leases/heartbeat.ts';
import type { LeaseTiming } from '../../state/leases/leases.ts';
import { LEASE_SECONDS, RUN_REQUEST_ATTEMPTS_MAX } from '../../core/limits.ts';
import type {
  RunRequestEnd,
  RunRequestError,
  RunRequests,
  TakenRunRequest,
} from '../../state/run-requests/queue.ts';
import { WORKER_RETRY_SECONDS, WORKER_RETRY_SECONDS_MAX } from '../limits.ts';
import type { ChildEnd, StartChild } from './child-process.ts';
import { childError } from './child-error.ts';
import { runCommandOf, type CommandContext } from './run-command.ts';

export interface ExecutionContext extends CommandContext {
  readonly requests: RunRequests;
  readonly start: StartChild;
  readonly log: Logger;
  readonly lease: LeaseTiming;
}

/**
 * Executes a request that this worker has taken, sends heartbeats, and stores its result. If `signal` interrupts it, another
 * worker can take it at once.
 * @throws BridgeError STATE_*; another worker takes the request after the lease's time
 */
export async function executeRequest(
  taken: TakenRunRequest,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<void> {
  const { requests, lease } = context;
  const { kind, name, id, runId, attempt } = taken;
  const log = context.log.child({ [kind]: name, request: id, run: runId });
  // A worker that loses the request lets the process end: the run has a lease of its own, and the other worker waits for it.
  const heartbeat = keepAlive({
    ...lease,
    age: startStopwatch(systemClock),
    renew: () => requests.renew(taken),
    lost: (why) => new BridgeError('LEASE_LOST', `Request ${id} is no longer with this worker: ${why}`),
  });
  try {
    log.info('a requested run begins', { attempt, by: taken.requestedBy });
    const end = await childEndOf(taken, context, signal);
    if (end instanceof BridgeError && end.retryable && taken.attempt < RUN_REQUEST_ATTEMPTS_MAX) {
      const error = { code: end.code, message: end.message };
      await retryLater(taken, error, context, log);
      return;
    }
    if (end instanceof BridgeError && end.code === 'DEFINITION_PAUSED') {
      log.info('a requested run was cancelled, because its definition is paused', { hint: end.hint });
      const error = { code: end.code, message: end.message };
      await requests.finish(taken, { status: 'cancelled', exitStatus: null, error });
      return;
    }
    if (end instanceof BridgeError) {
      log.error(`a requested run was not started: ${end.message}`, { code: end.code, hint: end.hint });
      const error = { code: end.code, message: end.message };
      await requests.finish(taken, { status: 'failed', exitStatus: end.exit, error });
      return;
    }
    const stored = await store(taken, end, context, log, signal);
    if (!stored) log.warn('another worker has the request now, so the result was not stored');
  } finally {
    heartbeat.stop();
  }
}

/** @returns a BridgeError if there is nothing to start */
async function childEndOf(
  taken: TakenRunRequest,
  context: ExecutionContext,
  signal: AbortSignal,
): Promise<ChildEnd | BridgeError> {
  try {
    return await context.start(await runCommandOf(taken, context), signal);
  } catch (thrown) {
    return toBridgeError(thrown);
  }
}

const STATUSES: ReadonlyMap<number | undefined, RunRequestEnd['status']> = new Map([
  [EXIT.done, 'completed'],
  [EXIT.held, 'held'],
  [EXIT.partial, 'partial'],
]);

/** @returns false if another worker has the request now */
async function store(
  taken: TakenRunRequest,
  end: ChildEnd,
  { requests }: ExecutionContext,
  log: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const { exitStatus } = end;
  const status = STATUSES.get(exitStatus);
  if (status !== undefined) {
    log.info('a requested run has ended', { status, exitStatus });
    return requests.finish(taken, { status, exitStatus: exitStatus ?? null, error: null });
  }
  if (signal.aborted && wasInterrupted(exitStatus)) {
    log.info('a requested run was interrupted; another worker can take it at once');
    return requests.giveBack(taken);
  }
  const error = childError(end);
  const mayRetry = exitStatus === EXIT.tryAgain || wasInterrupted(exitStatus);
  if (mayRetry && (isWaiting(error) || taken.attempt < RUN_REQUEST_ATTEMPTS_MAX)) {
    return retryLater(taken, error, { requests }, log);
  }
  log.error(`a requested run failed: ${error.message}`, { exitStatus, code: error.code });
  return requests.finish(taken, { status: 'failed', exitStatus: exitStatus ?? null, error });
}

/**
 * Whether another run of the definition is in progress. Its lease ends with it, so the request waits for as long as that takes:
 * it may be an earlier attempt, whose worker died while its process lived on.
 */
function isWaiting({ code }: RunRequestError): boolean {
  return code === 'LEASE_HELD';
}

function retryLater(
  taken: TakenRunRequest,
  error: RunRequestError,
  { requests }: Pick<ExecutionContext, 'requests'>,
  log: Logger,
): Promise<boolean> {
  const waits = isWaiting(error);
  const seconds = waits ? LEASE_SECONDS : retrySeconds(taken.attempt);
  log.warn('a requested run is retried after a wait', { seconds, code: error.code, reason: error.message });
  return requests.retry(taken, { seconds, error, counts: !waits });
}

/** Whether a signal ended the process, which committed nothing. */
function wasInterrupted(exitStatus: number | undefined): boolean {
  return exitStatus === undefined || exitStatus === EXIT.interrupted || exitStatus === EXIT.terminated;
}

/** The wait after this attempt. */
export function retrySeconds(attempt: number): number {
  return Math.min(WORKER_RETRY_SECONDS * 2 ** (attempt - 1), WORKER_RETRY_SECONDS_MAX);
}
