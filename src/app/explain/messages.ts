import { count } from '../../core/text/count-text.ts';
import { pushAgain, quarantineAdvice, releaseAdvice, returnAdvice } from './advice.ts';
import type { DocumentDelivery, Explanation } from './explanation.ts';

export interface Explained {
  readonly explanation: Explanation;
  /** The command as typed, for the same connector and target: `run --connector … --local`. */
  readonly run: string;
  readonly local: boolean;
}

/** How the words that carry the status are emphasized: by colour in a terminal, and not at all elsewhere. */
export type Emphasis = Readonly<Record<'good' | 'bad' | 'doubtful', (words: string) => string>>;

/** Describes the status of the document in one sentence. */
export function headline({ explanation, local }: Explained, name: string, emphasis: Emphasis): string {
  const { standing, sent, waiting, rejection, quarantine, removal, held, missing, pushes, connector } =
    explanation;
  const index = local ? 'the local target' : 'the index';
  const there = emphasis.good(`is in ${index}`);
  const absent = emphasis.bad(`is not in ${index}`);
  const by = (sending: { readonly run: { readonly runId: string } } | null) =>
    `run ${sending?.run.runId ?? 'not known'}`;
  const before = explanation.present === true ? `${there} as it was before` : absent;
  switch (standing) {
    case 'waiting':
      return `${changeWord(waiting, 'A change')} of ${name} ${emphasis.doubtful('is on its way')}: ${by(waiting)} has published it, and ${index} has not acknowledged it.`;
    case 'unclear':
      return `Whether ${name} is in ${index} ${emphasis.doubtful('is not known')}: ${by(unclearSending(explanation))} may have sent its last change, and its outcome is unknown.`;
    case 'rejected':
      return `${name} ${before}: ${index} refused ${refusedPart(explanation)} in ${by(rejection?.sending ?? null)}.`;
    case 'quarantined':
      return `${name} ${before}: ${by(quarantine)} set ${pushes === null ? 'its row' : 'it'} aside.`;
    case 'soft-deleted':
      return `${name} ${there}, and soft-deleted: ${pushes === null ? 'a listing of the source lacked its row' : 'a push deleted it'}.`;
    case 'held':
      return `${name} ${there}, and ${emphasis.doubtful('its delete is held')}: the listing of ${by(held)} lacked its row.`;
    case 'maybe-missing':
      return `${name} ${there}, and ${emphasis.doubtful('perhaps no longer in the source')}: the listing of run ${missing?.runId ?? ''} lacked ${counted(missing?.count ?? 0)} not deleted${unlistedBecause(explanation)}.`;
    case 'indexed':
      return `${name} ${there}, as ${by(sent)} sent it.`;
    case 'deleted':
      return `${name} ${absent}: ${by(removal)} deleted it.`;
    case 'never-run':
      return `${name} ${absent}: no run of ${connector} into it has been committed.`;
    case 'not-found':
      return `${name} ${absent}, as far as is known: ${notFoundBecause(explanation)}.`;
  }
}

/** What to do next, as sentences and as commands that begin with the program's name. Empty if nothing is wrong. */
export function advice(explained: Explained): string[] {
  return pushAdvice(explained) ?? listingAdvice(explained);
}

/** Advice for pushed documents; undefined if it is the same as for listed ones. */
function pushAdvice({ explanation, run, local }: Explained): string[] | undefined {
  const { pushes, standing, docId, quarantine } = explanation;
  if (pushes === null || docId === null) return undefined;
  const command = `gemini-sync-bridge ${run}`;
  const waits = pushes.length > 0 ? ['A push of it waits for the next run:', command] : undefined;
  // A local run does not remove pushes from the queue, so an earlier local run may already have read this one.
  const news = local ? undefined : waits;
  switch (standing) {
    case 'unclear':
      return ['The next run sends it again:', command];
    case 'rejected':
      return [
        'The next run sends it again. If the reason stays, push it as it should be, then run:',
        command,
      ];
    case 'quarantined':
      return [pushAgain(quarantine), command];
    case 'soft-deleted':
      return news ?? markedAdvice(explanation, command, 'If it is pushed again, it is sent again.');
    case 'deleted':
      return news ?? ['If it should exist, push it and run again:', command];
    case 'not-found':
      return waits ?? ['If it should exist, push it and run again:', command];
    case 'indexed':
      return (
        news ??
        (local
          ? undefined
          : ['If it is missing from the data store, push it again, then run:', `${command} --resend`])
      );
    case 'never-run':
      return waits;
    case 'waiting':
    case 'held':
    case 'maybe-missing':
      return undefined;
  }
}

/** What happens to a soft-deleted document under the current policy. */
function markedAdvice(
  { deletePolicy, held, missing }: Pick<Explanation, 'deletePolicy' | 'held' | 'missing'>,
  command: string,
  returns: string,
): string[] {
  if (deletePolicy !== 'auto_delete_missing') {
    return [
      `The policy ${deletePolicy} leaves it there. To hide it from search, set deletePolicy to auto_delete_missing or delete it in the data store. ${returns}`,
    ];
  }
  if (missing === null)
    return ['The policy is auto_delete_missing now, so the next run deletes it:', command];
  return releaseAdvice(
    missing,
    command,
    held === null
      ? 'Its delete may be among those that are held. Check the source, then release them:'
      : 'Its delete is held. Check the source, then release the held deletes:',
  );
}

function listingAdvice({ explanation, run, local }: Explained): string[] {
  const command = `gemini-sync-bridge ${run}`;
  const { standing, docId, missing, removal, quarantine, elsewhere } = explanation;
  switch (standing) {
    case 'waiting':
      return [waitingAdvice(explanation), command];
    case 'unclear':
      return [
        'The next run sends it again, or deletes it if its row lost its readers; if its row is gone otherwise, the delete policy decides:',
        command,
      ];
    case 'rejected':
      return ['The next run sends it again. If the reason stays, correct the row or the mapping:', command];
    case 'quarantined':
      return [`${quarantineAdvice(quarantine)}, and run again:`, command];
    case 'soft-deleted':
      return markedAdvice(explanation, command, 'If its row comes back, it is sent again.');
    case 'held':
    case 'maybe-missing':
      return missing === null
        ? []
        : releaseAdvice(
            missing,
            command,
            'Check the source. If those rows are permanently gone, release their deletes:',
          );
    case 'indexed': {
      const behind = behindAdvice(explanation);
      if (behind !== undefined) return [behind, command];
      return local
        ? []
        : [
            'If it is missing from the data store, resend all documents of the connector:',
            `${command} --resend`,
          ];
    }
    case 'deleted':
      return [returnAdvice(removal), command];
    case 'never-run':
      return [
        ...(elsewhere.some(({ known }) => known) ? [OTHER_TARGET[local ? 'local' : 'store']] : []),
        behindAdvice(explanation) ?? 'Run the connector:',
        command,
      ];
    case 'not-found':
      return docId === null
        ? ['A deleted document cannot be found by its digest: use its own id.']
        : [
            behindAdvice(explanation) ??
              'Check that the query returns its row and that mapping.idField produces this id, then run again:',
            command,
          ];
  }
}

const OTHER_TARGET = {
  local: 'Another target has it. To see the data store, leave out --local.',
  store: 'Another target has it, but each target has its own runs.',
} as const;

function waitingAdvice({ waiting }: Explanation): string {
  return waiting?.run.status === 'RUNNING'
    ? 'The run is in progress, or was killed. If it was killed, the next run finishes it:'
    : 'The next run finishes it:';
}

/** Why the source may be ahead of the known state; undefined if the newest run was committed or is in progress. */
function behindAdvice({ newestRun }: Explanation): string | undefined {
  if (newestRun?.status === 'FAILED')
    return 'The newest run failed, so its changes are missing. Fix the error that it reports, and run again:';
  if (newestRun?.status === 'DRY_RUN')
    return 'The newest run sent nothing, because of GEMINI_INGESTION_DRY_RUN. Unset it, and run again:';
  return undefined;
}

/** Why it is not known which documents are held. */
function unlistedBecause({ missing, unreadable }: Explanation): string {
  if (typeof missing?.holdReason !== 'string') return '';
  return unreadable.some(({ runId }) => runId === missing.runId)
    ? ', and held.ndjson of that run cannot be read'
    : ', and held.ndjson of that run does not list all of them';
}

function unclearSending({ rejection, sent }: Explanation): DocumentDelivery | null {
  return rejection?.outcome === 'unknown' ? rejection.sending : sent;
}

function notFoundBecause({ docId, runsSearched, unreadable }: Explanation): string {
  if (docId === null) return 'no record has an id of this digest';
  const no = 'no record of it exists';
  return unreadable.length > 0
    ? `${no}, and artifacts that may tell of a delete cannot be read`
    : `${no}, and none of the newest ${count(runsSearched)} committed runs deleted it`;
}

function refusedPart({ present, rejection }: Explanation): string {
  if (present !== true) return 'it';
  return rejection?.sending.change === 'delete' ? 'its delete' : 'its last change';
}

function changeWord(sending: DocumentDelivery | null, otherwise: string): string {
  if (sending?.change === 'delete') return 'The delete';
  return sending?.change === 'soft_delete' ? 'The soft delete' : otherwise;
}

function counted(documents: number): string {
  return documents === 1 ? '1 document that was' : `${count(documents)} documents that were`;
}
