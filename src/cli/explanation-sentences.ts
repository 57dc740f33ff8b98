import type { Explanation, Sending } from '../app/explanation.ts';
import { count, type Style } from './style.ts';

export interface Explained {
  readonly explanation: Explanation;
  /** As typed, for the same connector and target: `run --connector … --local`. */
  readonly run: string;
  readonly local: boolean;
}

/** One sentence: where the document stands. */
export function headline({ explanation, local }: Explained, name: string, style: Style): string {
  const { standing, sent, waiting, rejection, quarantine, removal, missing, connector } = explanation;
  const index = local ? 'the local target' : 'the index';
  const there = style.green(`is in ${index}`);
  const absent = style.red(`is not in ${index}`);
  const by = (sending: { readonly run: { readonly runId: string } } | null) =>
    `run ${sending?.run.runId ?? 'not known'}`;
  const before = explanation.present === true ? `${there} as it was before` : absent;
  switch (standing) {
    case 'waiting':
      return `${changeWord(waiting, 'A change')} of ${name} ${style.yellow('is on its way')}: ${by(waiting)} has published it, and ${index} has not acknowledged it.`;
    case 'unclear':
      return `Whether ${name} is in ${index} ${style.yellow('is not known')}: ${by(rejection?.sending ?? sent)} may have sent its last change or a part of it, and got no clear answer.`;
    case 'rejected':
      return `${name} ${before}: ${index} refused ${rejection?.sending.change === 'delete' ? 'its delete' : 'its last change'} in ${by(rejection?.sending ?? null)}.`;
    case 'quarantined':
      return `${name} ${before}: ${by(quarantine)} set its row aside.`;
    case 'soft-deleted':
      return `${name} ${there}, and marked as gone: a listing of the source lacked its row.`;
    case 'maybe-missing':
      return `${name} ${there}, and ${style.yellow('perhaps no longer in the source')}: the listing of run ${missing?.runId ?? ''} lacked ${counted(missing?.count ?? 0)} that were not deleted, and which ones is not kept.`;
    case 'indexed':
      return `${name} ${there}, as ${by(sent)} sent it.`;
    case 'deleted':
      return `${name} ${absent}: ${by(removal)} deleted it.`;
    case 'never-run':
      return `${name} ${absent}: no run of ${connector} into it has been committed.`;
    case 'not-found':
      return `${name} ${absent}, as far as is known: there is no record of it, and no run that deleted it among the newest ${count(explanation.runsSearched)}.`;
  }
}

/** What to do next: sentences, and commands that begin with the program's name. None when nothing is wrong. */
export function advice({ explanation, run, local }: Explained): string[] {
  const command = `gemini-sync-bridge ${run}`;
  const { standing, missing, removal, waiting, quarantine, elsewhere } = explanation;
  switch (standing) {
    case 'waiting':
      return waiting?.run.status === 'RUNNING'
        ? ['The run is at work, or was killed. If it was killed, the next run finishes it:', command]
        : ['The next run finishes it:', command];
    case 'unclear':
      return ['The next run sends the document again, or deletes it if its row is gone:', command];
    case 'rejected':
      return [
        'The next run sends the change again. If the reason stays the same, correct the row or the mapping.',
      ];
    case 'quarantined':
      return [
        quarantine?.code === 'ACL_EMPTY'
          ? 'Give the row a reader at the source, and run again:'
          : 'Correct the row at the source, and run again:',
        command,
      ];
    case 'soft-deleted':
      return [
        'The policy soft_delete_only leaves it there. If nobody is to find it, delete it in the data store; if its row comes back, it is sent again.',
      ];
    case 'maybe-missing':
      return missing?.holdReason === null
        ? ['The policy never_delete leaves them there. If nobody is to find it, delete it in the data store.']
        : [
            'Look at the source. If those rows are gone for good, release their deletes:',
            `${command} --allow-deletes ${missing?.count ?? 0}`,
          ];
    case 'indexed':
      return [];
    case 'deleted':
      return removal?.cause === 'no readers'
        ? ['Its row named no reader any more. Give the row a reader at the source, and run again:', command]
        : ['If it is to be there, see that the query lists its row, and run again:', command];
    case 'never-run':
      return [
        ...(elsewhere.some(({ known }) => known)
          ? [
              `Another target has it. Each target is fed by runs of its own${local ? '' : '; `--local` is one, and sends nothing'}.`,
            ]
          : []),
        'Run the connector:',
        command,
      ];
    case 'not-found':
      return [
        'See that the query lists its row and that mapping.idField makes this id, and run again:',
        command,
      ];
  }
}

function changeWord(sending: Sending | null, otherwise: string): string {
  if (sending?.change === 'delete') return 'The delete';
  return sending?.change === 'soft_delete' ? 'The mark as gone' : otherwise;
}

function counted(documents: number): string {
  return `${count(documents)} ${documents === 1 ? 'document' : 'documents'}`;
}
