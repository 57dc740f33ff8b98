import type { Connector } from '../../../definitions/connector/types.ts';
import { BridgeError } from '../../../core/errors.ts';
import { systemClock } from '../../../core/time/clock.ts';
import { runConnector } from '../../../pipeline/run.ts';
import { openState } from '../../../state/run/open-state.ts';
import { closingResources } from '../../run/closing-resources.ts';
import { jobOf } from '../../run/job.ts';
import { portsWithoutSource } from '../../run/ports-without-source.ts';
import { newRunId } from '../../run/run-id.ts';
import type { RepairContext } from '../repair-context.ts';
import type { RecordDifferences } from './compare-records.ts';
import { planRepair } from './plan-repair.ts';

export interface Repaired {
  readonly runId: string;
  /** What was found while no other run of the connector could change anything. */
  readonly differences: RecordDifferences;
  readonly deleted: number;
  /** How many deletes the data store rejected. */
  readonly rejected: number;
}

/** Compares the records of the connector with its data store. */
type Compare = (
  onMissing: (docId: string) => Promise<void> | undefined,
  signal: AbortSignal,
) => Promise<RecordDifferences>;

/**
 * Repairs the records of one connector, as a run of its own: it has the lease of the connector, finishes earlier runs, publishes and
 * delivers its deletes, and commits everything in one transaction. If it is killed, the next run finishes it or closes it. It does
 * not read the source.
 * @throws BridgeError, as a run does
 */
export async function repairRecords(
  connector: Connector,
  compare: Compare,
  context: RepairContext,
  signal: AbortSignal,
): Promise<Repaired> {
  const runId = `repair-${newRunId(systemClock.now())}`;
  const options = { ...ORDINARY_RUN, runId, allowDeletes: context.allowDeletes };
  const job = { ...jobOf(connector, options), isPushed: connector.spec.mode === 'rest_push' };
  return closingResources(async (closeAtEnd) => {
    const log = context.log.child({ run: runId });
    const { ports } = await portsWithoutSource(
      connector,
      options,
      { ...context, log },
      openState,
      closeAtEnd,
    );
    let differences: RecordDifferences | undefined;
    const { counts } = await runConnector(job, ports, signal, (_job, _ports, position, sink, ending) =>
      planRepair(async (onMissing) => (differences = await compare(onMissing, ending)), job, position, sink),
    );
    if (differences === undefined) throw new BridgeError('INTERNAL', `Run ${runId} compared nothing.`);
    return { runId, differences, deleted: counts.deleted - counts.rejected, rejected: counts.rejected };
  });
}

const ORDINARY_RUN = {
  local: false,
  dryRun: false,
  full: false,
  resend: false,
  reconcile: false,
  sends: true,
} as const;
