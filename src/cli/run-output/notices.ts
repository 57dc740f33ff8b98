import { explainCommandLine } from '../../app/run/process/run-command-line.ts';
import { amount } from '../../core/text/count-text.ts';
import { printable } from '../../core/text/printable.ts';
import { releaseAdvice } from './kestra-messages.ts';
import { releaseOf } from './release.ts';
import type { SummaryOf } from './summary.ts';

/** What a person should know about a run, each as a text that is understandable alone. Other warnings are in the log of the run. */
export function noticesOf(summary: SummaryOf): string[] {
  return [held, cutOff, quarantined, rejected].flatMap((notice) => {
    const lines = notice(summary);
    return lines.length === 0 ? [] : [lines.join('\n')];
  });
}

function held(summary: SummaryOf): string[] {
  const { counts, holdReason, samples, work } = summary.result;
  const release = releaseOf(summary);
  if (release === null) return [];
  const planned = work === 'planned';
  return [
    `${amount(counts.held, 'delete')} ${planned ? 'would be' : counts.held === 1 ? 'is' : 'are'} held: ${printable(holdReason ?? '')}.`,
    summary.onlyDeletes === true
      ? 'Nothing was deleted.'
      : `Everything else ${planned ? 'would be' : 'was'} applied.`,
    ...examples(samples?.held),
    ...releaseAdvice(release, `the input allow_deletes = ${counts.held}`),
  ];
}

function cutOff({ result: { remarks, holdReason, work } }: SummaryOf): string[] {
  // The hold reason says it already.
  if (remarks.truncated !== true || holdReason !== null) return [];
  return [
    'The listing of the source was not complete: there are rows that were not read.',
    `${work === 'planned' ? 'What was read would be' : 'What was read was'} applied, and nothing counts as deleted. The log of the run says why the listing stopped early.`,
  ];
}

function quarantined({ result: { counts, samples, artifacts, work } }: SummaryOf): string[] {
  if (counts.quarantined === 0) return [];
  const planned = work === 'planned';
  return [
    `${amount(counts.quarantined, 'row')} ${planned ? 'would be' : wereOrWas(counts.quarantined)} set aside, because no document can be made of ${counts.quarantined === 1 ? 'it' : 'them'}.`,
    ...examples(samples?.quarantined),
    ...(artifacts === null
      ? []
      : [`All of them with their reasons: ${printable(artifacts)}/quarantine.ndjson`]),
    'Correct the rows in the source, or the mapping of the connector.',
  ];
}

function rejected({ result: { rejected: documents, counts }, command }: SummaryOf): string[] {
  const [first] = documents;
  if (first === undefined) return [];
  return [
    `${amount(counts.rejected, 'document')} ${wereOrWas(counts.rejected)} rejected by the index. The next run sends ${counts.rejected === 1 ? 'it' : 'them'} again.`,
    ...examples(documents.map(({ docId, reason }) => printable(`${docId}: ${reason}`))),
    'See the title and the history of a document with',
    `  ${explainCommandLine(command, first.docId)}`,
  ];
}

function examples(texts: readonly string[] = []): string[] {
  return texts.map((text) => `  ${printable(text)}`);
}

function wereOrWas(things: number): string {
  return things === 1 ? 'was' : 'were';
}
