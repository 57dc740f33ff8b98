import { count } from '../../core/text/count-text.ts';
import { printable } from '../../core/text/printable.ts';
import type { WaitingPush } from '../../pipeline/ports/push-port.ts';
import { EXPLAIN_READERS_SHOWN_MAX, EXPLAIN_VALUE_CHARACTERS_MAX } from '../limits.ts';
import type { ProbeFacts } from './probe-facts.ts';
import type { DocumentDelivery, Explanation, Quarantined, RunFacts, SentDocument } from './explanation.ts';

export type Row = readonly [label: string, value: string];

/** What is known about a document, in groups of labelled values, each on one line and of limited length. */
export function explanationRows(explanation: Explanation, local: boolean): Row[][] {
  const groups = [documentRows(explanation, local), ...changeGroups(explanation), placeRows(explanation)];
  return groups.map((rows) => rows.map(([label, value]) => [label, shortened(printable(value))]));
}

/** The document as it is in the target. */
function documentRows(explanation: Explanation, local: boolean): Row[] {
  const { lastSeen, checksum, sent, standing } = explanation;
  const rows: Row[] = [['last seen', lastSeenText(lastSeen, standing)]];
  if (checksum !== null) rows.push(['checksum', checksum]);
  if (sent === null) return rows;
  rows.push(['sent by run', runText(sent.run)]);
  if (!local) rows.push([standing === 'unclear' ? 'request' : 'acknowledged by', requestText(sent)]);
  if (sent.change !== 'delete') rows.push(['readers', readersText(sent.document)]);
  rows.push(['artifact line', artifactText(sent)]);
  const { title = null, uri = null } = sent.document ?? {};
  if (title !== null && title !== '') rows.push(['title', title]);
  if (uri !== null) rows.push(['link', uri]);
  return rows;
}

/** The other events of the document, each with its run. */
function changeGroups(explanation: Explanation): Row[][] {
  const { waiting, rejection, quarantine, removal, held, missing, pushes } = explanation;
  const groups: Row[][] = [];
  if (pushes !== null && pushes.length > 0) groups.push(pushes.map(pushRow));
  if (waiting !== null) {
    const { error } = waiting.run;
    groups.push([
      ['published by run', runText(waiting.run)],
      ...(error === null ? [] : [['which failed', errorText(error)] as const]),
      ...requestRows('request', waiting),
    ]);
  }
  if (rejection !== null) {
    const { reason, outcome, sending } = rejection;
    groups.push([
      [outcome === 'refused' ? 'rejected in run' : 'unproven in run', runText(sending.run)],
      ['because', reason],
      ...requestRows('request', sending),
    ]);
  }
  if (quarantine !== null) groups.push(quarantineRows(quarantine));
  if (removal !== null) {
    groups.push([
      [removal.change === 'delete' ? 'deleted by run' : 'marked by run', runText(removal.run)],
      ['because', CAUSES[removal.cause ?? 'unknown']],
      ...requestRows('acknowledged by', removal),
    ]);
  }
  if (held !== null) {
    groups.push([
      ['held by run', runText(held.run)],
      ['because', missing?.holdReason ?? 'not known'],
      ['artifact line', artifactText(held)],
    ]);
  } else if (missing !== null) {
    groups.push([['not deleted', missing.holdReason ?? 'the connector never deletes (never_delete)']]);
  }
  return groups;
}

/** The newest push comes first and takes precedence. */
function pushRow({ op, receivedAt, pushRunId }: WaitingPush, index: number): Row {
  const place = index === 0 ? 'waits for a run' : 'is followed by the one above';
  return [
    index === 0 ? 'pushed' : 'and before',
    `${op}, received ${time(receivedAt)} as ${pushRunId}, ${place}`,
  ];
}

function requestRows(label: string, sending: DocumentDelivery): Row[] {
  const rows: Row[] = [['artifact line', artifactText(sending)]];
  if (sending.request !== null) rows.unshift([label, requestText(sending)]);
  return rows;
}

const CAUSES = {
  missing: 'the listing lacked its row',
  pushed: 'a push deleted it',
  'no readers': 'its row named no reader any more',
  'unreadable readers': 'the readers of its row could not be read',
  unknown: 'not known, because the quarantine of that run cannot be read',
} as const;

/** The locations that were searched. */
function placeRows(explanation: Explanation): Row[] {
  const { target, apiId, newestRun, lastSeen, elsewhere, unreadable, present } = explanation;
  const rows: Row[] = [
    ['target', target],
    ['id there', apiId],
  ];
  if (newestRun !== null && newestRun.runId !== lastSeen?.runId) {
    rows.push([
      'newest run',
      `${runText(newestRun)}${newestRun.error === null ? '' : `: ${errorText(newestRun.error)}`}`,
    ]);
  }
  if (explanation.probe !== undefined) rows.push(['probe', probeText(explanation.probe)]);
  if (present !== true) {
    for (const other of elsewhere)
      rows.push(['other target', `${other.target}, which ${other.known ? 'has it' : 'does not have it'}`]);
  }
  for (const { runId, message } of unreadable)
    rows.push(['not read', `artifacts of run ${runId}: ${message}`]);
  return rows;
}

function probeText(probe: ProbeFacts | null): string {
  if (probe === null)
    return 'source.unchangedQuery has no stored answer, so the next run reads every row: no full listing was completed, or it had quarantined rows or held deletes';
  const answer = probe.answer.map((value) => value ?? 'NULL').join(', ');
  return `a run reads no rows while source.unchangedQuery answers ${answer}, as before the full listing of ${time(probe.listedAt)}; the next full listing is due at ${time(probe.fullListingDue)}`;
}

function quarantineRows({ run, artifact, row, code, reason, fields }: Quarantined): Row[] {
  const named = Object.entries(fields).map(([name, value]) => `${name} ${value ?? 'NULL'}`);
  return [
    ['set aside by run', runText(run)],
    ['because', `${code}, ${reason}`],
    ['row', [row === null ? [] : `number ${count(row)} of the listing`, named].flat().join(', ')],
    ['artifact line', `${artifact.uri} line ${artifact.line}`],
  ];
}

function lastSeenText(lastSeen: Explanation['lastSeen'], standing: Explanation['standing']): string {
  if (lastSeen === null)
    return standing === 'deleted' ? 'not known: the state forgets what is deleted' : 'not known';
  const { at, runId, newest } = lastSeen;
  // A later listing certainly lacked a soft-deleted or held document.
  const later =
    newest || standing === 'soft-deleted' || standing === 'held'
      ? ''
      : '; whether later runs saw it is not kept';
  return `${time(at)} by run ${runId}${later}`;
}

function runText({ runId, status, startedAt, committedAt }: RunFacts): string {
  return `${runId}, ${committedAt === null ? `${status}, begun` : 'committed'} ${time(committedAt ?? startedAt)}`;
}

function requestText({ artifact, request }: DocumentDelivery): string {
  if (request === null) return artifact === null ? 'not known, as its artifact line is not' : 'not known';
  const { operation, name, state } = request;
  const what = operation ?? `${name}, requests without an operation`;
  return state === 'done' ? what : `${what} (${REQUEST_STATES[state]})`;
}

const REQUEST_STATES = {
  asked: 'no answer is known',
  running: 'no end is known',
  refused: 'refused as a whole',
} as const;

function artifactText({ artifact }: Pick<DocumentDelivery, 'artifact'>): string {
  return artifact === null
    ? 'not found in the artifacts of the run'
    : `${artifact.uri} line ${artifact.line}`;
}

/** Groups come first, because most people get access through a group. */
function readersText(document: SentDocument | null): string {
  if (document === null) return 'not known, as its artifact line is not';
  const readers = [...document.groups.map((group) => `${group} (group)`), ...document.users];
  if (readers.length === 0) return 'the document names none, so everybody who may use the data store';
  const more = readers.length - EXPLAIN_READERS_SHOWN_MAX;
  const shown = readers.slice(0, EXPLAIN_READERS_SHOWN_MAX).join(', ');
  return more > 0 ? `${shown} and ${count(more)} more (--json has all)` : shown;
}

function errorText({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code}, ${message}`;
}

function time(iso: string): string {
  return iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
}

function shortened(value: string): string {
  if (value.length <= EXPLAIN_VALUE_CHARACTERS_MAX) return value;
  return `${value.slice(0, EXPLAIN_VALUE_CHARACTERS_MAX)}… (--json has all)`;
}
