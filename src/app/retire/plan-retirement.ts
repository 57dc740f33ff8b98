import { BridgeError } from '../../core/errors.ts';
import { amount } from '../../core/text/count-text.ts';
import { Tally } from '../../pipeline/counts/tally.ts';
import type { ChangeSink } from '../../pipeline/diff.ts';
import type { Plan } from '../../pipeline/plan.ts';
import type { Job } from '../../pipeline/ports/job.ts';
import type { RetireState } from '../../pipeline/ports/retire-state-port.ts';
import type { Position } from '../../pipeline/ports/state-port.ts';

type RetireJob = Pick<Job, 'connectorId' | 'target' | 'allowDeletes' | 'dryRun'>;

/**
 * The plan of a retirement: it deletes every document that the target has or may have, whatever the connector's delete policy is,
 * and only if the exact number was permitted. Afterwards the position has no checkpoint, so a later run sends everything again.
 * @throws BridgeError RETIRE_COUNT_CHANGED if a plan that is to be applied has another number; STATE_*
 */
export async function planRetirement(
  job: RetireJob,
  state: Pick<RetireState, 'records'>,
  position: Pick<Position, 'columns'>,
  sink: Pick<ChangeSink, 'remove'>,
): Promise<Plan> {
  const { connectorId, target, allowDeletes, dryRun } = job;
  const documents = await countOf(job, state);
  const tally = new Tally();
  tally.missing = documents;
  const isHeld = documents > 0 && allowDeletes !== documents;
  if (isHeld && !dryRun) throw countChanged(job, documents);
  for await (const records of state.records(connectorId, target)) {
    for (const { docId } of records) {
      tally.sample(isHeld ? 'held' : 'deleted', docId);
      if (isHeld) continue;
      tally.deleted++;
      // A document that is only marked as deleted is still in the target, so it is deleted there like all others.
      await sink.remove(docId, false);
    }
  }
  if (isHeld) tally.held = documents;
  // The lease of the connector excludes every other writer, so this can fail only through a bug or another program.
  else if (tally.deleted !== documents) throw countChanged(job, tally.deleted);
  return {
    tally,
    watermark: null,
    startedFrom: null,
    holdReason: isHeld ? reasonOf(documents, allowDeletes) : null,
    remarks: {},
    columns: position.columns ?? [],
    drift: [],
  };
}

async function countOf(
  { connectorId, target }: RetireJob,
  state: Pick<RetireState, 'records'>,
): Promise<number> {
  let count = 0;
  for await (const records of state.records(connectorId, target)) count += records.length;
  return count;
}

function reasonOf(documents: number, allowDeletes: number | undefined): string {
  const reason = `the connector has ${amount(documents, 'document')}, and retire requires this exact number`;
  return allowDeletes === undefined ? reason : `${reason}; --allow-deletes ${allowDeletes} is another one`;
}

function countChanged({ connectorId, allowDeletes = 0 }: RetireJob, documents: number): BridgeError {
  return new BridgeError(
    'RETIRE_COUNT_CHANGED',
    `${connectorId} has ${amount(documents, 'document')} now, and --allow-deletes permits ${allowDeletes}, so nothing was deleted.`,
    { hint: 'Run retire again without --allow-deletes to see the number, and check why it changed.' },
  );
}
