import type { Outcome } from '../../../core/finding.ts';
import type { DeletePolicy } from '../../../definitions/connector/types.ts';
import { RECORDS_COMPARED_MAX, RECORDS_NAMED_MAX } from '../../limits.ts';
import { shellWord } from '../../../core/text/shell-word.ts';
import type { RecordDifferences } from './compare-records.ts';
import type { ExtraFate } from './plan-repair.ts';
import type { Repaired } from './repair.ts';

/** What the sentences need to know about the connector. */
export interface OutcomeScope {
  readonly file: string;
  readonly isPushed: boolean;
  readonly deletePolicy: DeletePolicy;
}

/** An outcome, and whether it reports deletes that only `--allow-deletes` releases. */
export type RecordOutcome = Outcome & { readonly held?: true };

/** Describes what differs, and what `--repair` would do. */
export function differenceOutcomes(
  differences: RecordDifferences,
  fate: ExtraFate,
  scope: OutcomeScope,
): RecordOutcome[] {
  const { missing, extra } = differences;
  const found: RecordOutcome[] = [];
  if (missing.count > 0) {
    const what = `The state has ${documents(missing.count)} that the data store does not list: ${named(missing.samples, missing.count)}.`;
    const again = scope.isPushed
      ? `With --repair, their checksums are forgotten; then push ${them(missing.count)} again.`
      : `With --repair, the next run sends ${them(missing.count)} again, if the source still has ${them(missing.count)}.`;
    found.push({ status: 'drift', message: what, fix: `${again} Run: ${commandOf(scope)}` });
  }
  if (extra.count > 0) found.push(extraOutcome(differences, fate, scope));
  return [...found, ...remarks(differences, found.length === 0)];
}

/** Describes what a repair did. */
export function repairOutcomes(
  { runId, differences, deleted, rejected }: Repaired,
  fate: ExtraFate,
  scope: OutcomeScope,
): RecordOutcome[] {
  const { missing, extra } = differences;
  const done = [
    ...(missing.count > 0 ? [sentAgain(missing.count, scope)] : []),
    ...(deleted > 0
      ? [
          `${documents(deleted)} that no record knows ${deleted === 1 ? 'was' : 'were'} deleted: ${named(extra.ids, deleted)}.`,
        ]
      : []),
  ];
  const found: RecordOutcome[] = [];
  if (done.length > 0) found.push({ status: 'ok', message: `${done.join(' ')} The run is ${runId}.` });
  if (rejected > 0) {
    found.push({
      status: 'warn',
      message: `The data store rejected ${rejected} of the deletes of run ${runId}; the next run tries again those whose outcome is unknown.`,
      fix: `Run again: ${commandOf(scope, extra.count)}`,
    });
  }
  if (fate === 'hold' || fate === 'stay') found.push(extraOutcome(differences, fate, scope));
  return [...found, ...remarks(differences, found.length === 0)];
}

function sentAgain(count: number, { isPushed }: OutcomeScope): string {
  const forgotten = `The checksums of ${documents(count)} that the data store does not list were forgotten`;
  return isPushed
    ? `${forgotten}; push ${them(count)} again.`
    : `${forgotten}; the next run sends ${them(count)} again.`;
}

function extraOutcome(
  { extra, records, inDoubt }: RecordDifferences,
  fate: ExtraFate,
  scope: OutcomeScope,
): RecordOutcome {
  const message = `The data store lists ${documents(extra.count)} of this connector that no record knows: ${named(extra.ids, extra.count)}.`;
  if (fate === 'stay') {
    const fix = `The policy ${scope.deletePolicy} keeps ${them(extra.count)}. To remove ${them(extra.count)} from searches, delete ${them(extra.count)} in the data store.`;
    return { status: 'warn', message, fix };
  }
  if ((records ?? 0) + inDoubt === 0) {
    const fix =
      'The state has no record of this connector for this data store; perhaps it was lost. Restore it, or run the connector once: documents that the source still has are then known.';
    return { status: 'drift', message: `${message} None of them is deleted.`, fix };
  }
  const held = `${message} ${extra.count === 1 ? 'Its delete is' : 'Their deletes are'} held.`;
  // A state that was restored from a backup lacks live documents, too.
  const fix = `If the state was restored from a backup, run the connector first. To delete ${them(extra.count)}, run: ${commandOf(scope, extra.count)}`;
  return { status: 'drift', message: held, fix, held: true };
}

/** @param isSame whether no difference was found */
function remarks(differences: RecordDifferences, isSame: boolean): RecordOutcome[] {
  const { records, inDoubt, listed, truncated, unassigned } = differences;
  if (records === null) {
    const message = `Not compared: the state has more than ${RECORDS_COMPARED_MAX} records of this connector.`;
    return [{ status: 'skip', message }];
  }
  const found: RecordOutcome[] = [];
  if (truncated) {
    const message = `Not compared beyond ${listed} documents: the data store has more than ${RECORDS_COMPARED_MAX}, so it is unknown which records are missing there.`;
    found.push({ status: 'skip', message });
  } else if (isSame) {
    const doubt =
      inDoubt === 0
        ? ''
        : ` The last change of ${documents(inDoubt)} is in doubt: the next run repeats deletes, and sends what the source has.`;
    const message = `The data store lists the ${documents(records)} of the state, and no other document of this connector.${doubt}`;
    found.push({ status: 'ok', message });
  }
  if (unassigned > 0) {
    const message = `${documents(unassigned)} that no record knows ${unassigned === 1 ? 'has' : 'have'} a digest as id, so it is unknown to which connector ${unassigned === 1 ? 'it belongs' : 'they belong'}; --repair leaves ${them(unassigned)}.`;
    found.push({ status: 'skip', message });
  }
  return found;
}

function commandOf({ file }: OutcomeScope, deletes = 0): string {
  const release = deletes === 0 ? '' : ` --allow-deletes ${deletes}`;
  return `check-drift --live --repair --only records --connectors ${shellWord(file)}${release}`;
}

function documents(count: number): string {
  return count === 1 ? '1 document' : `${count} documents`;
}

function them(count: number): string {
  return count === 1 ? 'it' : 'them';
}

function named(ids: readonly string[], count: number): string {
  const shown = ids.slice(0, RECORDS_NAMED_MAX);
  const more = count - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
