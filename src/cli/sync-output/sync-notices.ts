import { amount, count } from '../../core/text/count-text.ts';
import { printable } from '../../core/text/printable.ts';
import { releaseAdvice } from '../run-output/kestra-messages.ts';
import { holdsOf, mostHeld, releaseOfSync, type SyncSummary } from './sync-summary.ts';

/** What a person should know about a sync, each as a text that is understandable alone. */
export function syncNotices(summary: SyncSummary): string[] {
  return [held(summary), problems(summary), later(summary)].filter((notice) => notice !== undefined);
}

function held(summary: SyncSummary): string | undefined {
  const release = releaseOfSync(summary);
  if (release === null) return undefined;
  const holds = holdsOf(summary);
  const reasons = holds.map(
    ({ name, held: deletes, reason }) =>
      `${printable(name)}: ${amount(deletes, 'delete')} ${verb(summary, deletes)} held: ${printable(reason)}.`,
  );
  const how = releaseAdvice(release, `the inputs full = true and allow_deletes = ${mostHeld(holds)}`);
  return [...reasons, ...how].join('\n');
}

function verb({ dryRun }: SyncSummary, deletes: number): string {
  if (dryRun) return 'would be';
  return deletes === 1 ? 'is' : 'are';
}

function problems({ result: { appKey, problems: some, errors } }: SyncSummary): string | undefined {
  if (errors === 0 && some.length === 0) return undefined;
  const which = some.length < errors ? ` The first ${count(some.length)}:` : '';
  return [
    `${amount(errors, 'error')} in the sync of ${printable(appKey)}: records were set aside, or collections failed. Everything else was stored.${which}`,
    ...some.map(
      ({ collectionKey, code, message }) => `  ${printable(`${collectionKey}: ${code}: ${message}`)}`,
    ),
  ].join('\n');
}

function later({ result: { nextRunAfter, appKey } }: SyncSummary): string | undefined {
  if (nextRunAfter === undefined) return undefined;
  return `The API of ${printable(appKey)} asks not to be called again before ${nextRunAfter.toISOString()}. A later sync continues with what was not synced.`;
}
