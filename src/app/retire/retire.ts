import type { Actor } from '../../core/access/actor.ts';
import type { AuditEvent } from '../../core/access/audit-log.ts';
import { auditFields } from '../../core/access/audit-text.ts';
import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { amount } from '../../core/text/count-text.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { runFolder } from '../../pipeline/artifact/layout.ts';
import type { Job, Ports } from '../../pipeline/ports/job.ts';
import type { RetireState } from '../../pipeline/ports/retire-state-port.ts';
import { runConnector, type RunResult } from '../../pipeline/run.ts';
import { openRetireState } from '../../state/retire/open-retire-state.ts';
import { permitOf } from '../catalog/policy.ts';
import type { BridgeResult } from '../run/bridge.ts';
import { closingResources } from '../run/closing-resources.ts';
import { jobOf, type RunOptions } from '../run/job.ts';
import { portsWithoutSource, type SourcelessContext } from '../run/ports-without-source.ts';
import { planRetirement } from './plan-retirement.ts';
import { requireOwnScope } from './shared-scope.ts';

/** The environment of a retirement. */
export interface RetireContext extends SourcelessContext {
  /** The file of the connector, relative to `cwd`. */
  readonly path: string;
  readonly connectorsDir: string;
  readonly policyFile: string | undefined;
  /** Who deletes the documents. */
  readonly actor: Actor;
}

/** The parts of a run's options that a retirement has. */
export type RetireOptions = Pick<RunOptions, 'runId' | 'local' | 'dryRun' | 'sends' | 'allowDeletes'>;

/**
 * Deletes every document of a connector from its target, as a run of its own that reads no source: it has the leases of the
 * connector and of the target, finishes earlier runs, publishes and delivers its deletes, and commits what was acknowledged. If
 * it is killed, the next run or retirement finishes it or closes it. Without the exact number, it only reports the number.
 * @throws BridgeError RETIRE_*, POLICY_*, or as a run does
 */
export async function retireConnector(
  connector: Connector,
  options: RetireOptions,
  context: RetireContext,
  signal: AbortSignal,
): Promise<BridgeResult> {
  const { path } = context;
  await permitOf(connector, context);
  await requireOwnScope({ path, connector, local: options.local }, context);
  // Without a number, nothing can be deleted, so the state is only read.
  const dryRun = options.dryRun || options.allowDeletes === undefined;
  const complete = { ...options, dryRun, full: false, resend: false, reconcile: false };
  const job = jobOf(connector, complete);
  return closingResources(async (closeAtEnd) => {
    const { ports, state } = await portsWithoutSource(
      connector,
      complete,
      context,
      openRetireState,
      closeAtEnd,
    );
    if (connector.spec.mode === 'rest_push' && !options.local) await requireNoneWaiting(job, state);
    const plan = (): Promise<RunResult> => run({ ...job, dryRun: true }, ports, state, signal);
    const planned = await plan();
    if (dryRun) return unwritten(planned);
    const { actor, log } = context;
    const retirement = { job, state, actor, log };
    if (planned.holdReason !== null) {
      await record(retirement, 'refused', {
        documents: planned.counts.held,
        allowed: job.allowDeletes ?? null,
      });
      return unwritten(planned);
    }
    warnOfSchedule(connector, context);
    try {
      const result = await audited(retirement, planned, () => run(job, ports, state, signal));
      return {
        ...result,
        artifacts: `${ports.store.root}${runFolder(job.prefix, result.runId)}`,
        watermark: null,
      };
    } catch (thrown) {
      if (toBridgeError(thrown).code !== 'RETIRE_COUNT_CHANGED') throw thrown;
      const changed = await plan();
      if (changed.holdReason === null) throw thrown;
      return unwritten(changed);
    }
  });
}

function run(job: Job, ports: Ports, state: RetireState, signal: AbortSignal): Promise<RunResult> {
  return runConnector(job, ports, signal, (planned, _ports, position, sink) =>
    planRetirement(planned, state, position, sink),
  );
}

function unwritten(result: RunResult): BridgeResult {
  return { ...result, artifacts: null, watermark: null };
}

/**
 * A waiting event may be the only copy of its document, so it is never discarded; delivered later, it would make its document
 * appear again.
 * @throws BridgeError RETIRE_PUSHES_WAITING
 */
async function requireNoneWaiting(
  { connectorId }: Job,
  state: Pick<RetireState, 'queueDepth'>,
): Promise<void> {
  const { events } = await state.queueDepth(connectorId);
  if (events === 0) return;
  throw new BridgeError(
    'RETIRE_PUSHES_WAITING',
    `${amount(events, 'pushed event')} of ${connectorId} wait${events === 1 ? 's' : ''} for a run, so its documents cannot be deleted yet.`,
    {
      hint: 'Stop the producers, deliver the events with `run`, then run retire again. To drop a set-aside document, push a DELETE of it.',
    },
  );
}

/** A schedule that goes on would send every document again. */
function warnOfSchedule({ spec }: Connector, { log }: RetireContext): void {
  const { schedule = '', paused = false } = spec;
  if (schedule === '' || paused) return;
  log.warn('the connector has a schedule, and its next run sends every document again', {
    schedule,
    hint: 'Set spec.paused: true or remove the connector, and generate the schedules again.',
  });
}

interface Retirement {
  readonly job: Job;
  readonly state: Pick<RetireState, 'audit'>;
  readonly actor: Actor;
  readonly log: RetireContext['log'];
}

/** Records the action before it begins and its outcome after it, because the deletes themselves are outside of the state. */
async function audited(
  retirement: Retirement,
  { counts: { deleted: documents } }: RunResult,
  retire: () => Promise<RunResult>,
): Promise<RunResult> {
  await record(retirement, 'started', { documents });
  let result: RunResult;
  try {
    result = await retire();
  } catch (thrown) {
    const { code } = toBridgeError(thrown);
    // The failure itself is what the caller must see.
    await record(retirement, 'failed', { code }).catch(() => undefined);
    throw thrown;
  }
  const { counts, work } = result;
  const { rejected } = counts;
  await record(retirement, 'ok', { deleted: counts.deleted - rejected, rejected, work });
  return result;
}

/** The event is also one line of the log, so that it leaves the machine. */
async function record(
  { job: { connectorId, target, runId }, state, actor, log }: Retirement,
  outcome: AuditEvent['outcome'],
  details: NonNullable<AuditEvent['details']>,
): Promise<void> {
  const event: AuditEvent = {
    actor,
    action: 'connector.retire',
    object: { kind: 'connector', name: connectorId },
    outcome,
    details: { run_id: runId, target, ...details },
  };
  await state.audit(event);
  log.info('audit', auditFields(event));
}
