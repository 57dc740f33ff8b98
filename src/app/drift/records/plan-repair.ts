import { recordInDoubt } from '../../../pipeline/comparison/record-in-doubt.ts';
import { Tally } from '../../../pipeline/counts/tally.ts';
import type { ChangeSink } from '../../../pipeline/diff.ts';
import type { Plan } from '../../../pipeline/plan.ts';
import type { Job } from '../../../pipeline/ports/job.ts';
import type { Position } from '../../../pipeline/ports/state-port.ts';
import type { RecordDifferences } from './compare-records.ts';

/** What happens to the documents that no record knows. */
export type ExtraFate = 'none' | 'delete' | 'hold' | 'stay';

/**
 * Decides about the documents that no record knows, all or nothing. A state without records knows none of them: it may have been
 * lost, so it deletes nothing.
 */
export function fateOfExtra(
  { extra, records, inDoubt }: RecordDifferences,
  { deletePolicy, allowDeletes = 0 }: Pick<Job, 'deletePolicy' | 'allowDeletes'>,
): ExtraFate {
  if (extra.count === 0) return 'none';
  if (deletePolicy !== 'auto_delete_missing') return 'stay';
  if ((records ?? 0) + inDoubt === 0) return 'hold';
  return extra.count <= allowDeletes ? 'delete' : 'hold';
}

/** What a repair needs to know about its run. */
type RepairJob = Pick<Job, 'deletePolicy' | 'allowDeletes' | 'mapping'> & { readonly isPushed: boolean };

/**
 * The plan of a repair, as of a run: it puts the records of missing documents in doubt, and deletes documents that no record knows.
 * @param compare compares the records, and passes each missing document on
 */
export async function planRepair(
  compare: (onMissing: (docId: string) => Promise<void> | undefined) => Promise<RecordDifferences>,
  job: RepairJob,
  position: Position,
  sink: Pick<ChangeSink, 'refresh' | 'remove'>,
): Promise<Plan> {
  const differences = await compare((docId) => sink.refresh(recordInDoubt(docId)));
  const tally = new Tally();
  if (fateOfExtra(differences, job) === 'delete') {
    for (const docId of differences.extra.ids) {
      tally.deleted++;
      tally.sample('deleted', docId);
      await sink.remove(docId, false);
    }
  }
  const watermark = checkpointAfter(differences, job, position);
  const columns = position.columns ?? [];
  return {
    tally,
    watermark,
    startedFrom: watermark,
    holdReason: null,
    remarks: { unread: true },
    columns,
    drift: [],
  };
}

/**
 * The checkpoint for the next run. Without one, that run reads the missing documents again; a source that is pushed cannot be read
 * again. The commit stores the present version of the mapping, so a checkpoint of an earlier version must not stay.
 */
function checkpointAfter(
  { missing }: RecordDifferences,
  { isPushed, mapping }: RepairJob,
  { checkpoint, mappingVersion }: Position,
): string | null {
  if (isPushed) return checkpoint ?? null;
  return missing.count > 0 || mappingVersion !== mapping.version ? null : (checkpoint ?? null);
}
