import { amount } from '../../core/text/count-text.ts';
import { printable } from '../../core/text/printable.ts';
import { releaseAdvice } from './kestra-messages.ts';
import { knowledgeRelease, type KnowledgeRunSummary } from './knowledge-release.ts';

/** What a person should know about a run of a knowledge source, each as a text that is understandable alone. */
export function knowledgeNotices(summary: KnowledgeRunSummary): string[] {
  return [held(summary), setAside(summary)].filter((notice) => notice !== undefined);
}

function held(summary: KnowledgeRunSummary): string | undefined {
  const release = knowledgeRelease(summary);
  if (release === null) return undefined;
  const { chunks, holdReason } = summary.result;
  const verb = chunks.held === 1 ? 'is' : 'are';
  return [
    `${amount(chunks.held, 'delete')} of chunks ${verb} held: ${printable(holdReason ?? '')}.`,
    'Everything else was applied.',
    ...releaseAdvice(release, `the input allow_deletes = ${chunks.held}`),
  ].join('\n');
}

function setAside({ result: { chunks } }: KnowledgeRunSummary): string | undefined {
  if (chunks.setAside === 0) return undefined;
  return [
    `The embedding API refused ${amount(chunks.setAside, 'text')}. Everything else was applied.`,
    'The log has each with its reason. They are not sent again until they change: correct them in the source.',
  ].join('\n');
}
