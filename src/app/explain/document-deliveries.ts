import { fieldOf, textOf } from '../../gemini/api/json-fields.ts';
import { stepOfRow } from '../../gemini/delivery/step-of-row.ts';
import type { DeliveryStep } from '../../pipeline/ports/delivery-port.ts';
import type { ExplainState } from '../../pipeline/ports/explain-state-port.ts';
import type { RunRow } from '../../pipeline/ports/state-port.ts';
import type { CanonicalKind, DocumentLine, DocumentLines } from './document-lines.ts';
import type {
  Explanation,
  HeldDelete,
  Quarantined,
  RemovalCause,
  RunFacts,
  DocumentDelivery,
  SentDocument,
} from './explanation.ts';

const CHANGE_OF_KIND = { upserts: 'upsert', deletes: 'delete', 'soft-deletes': 'soft_delete' } as const;

type ChangeKind = keyof typeof CHANGE_OF_KIND;

type Steps = Pick<ExplainState, 'deliverySteps'>;

/** Describes how runs delivered a change of this document, according to their artifacts and their delivery journals. */
export function deliveryReader(docId: string, lines: DocumentLines, state: Steps) {
  return async (run: RunRow, kinds: readonly ChangeKind[]): Promise<DocumentDelivery> => {
    const line = await lines.find(run, kinds, docId);
    const change = line === undefined ? null : changeOf(line.kind);
    return {
      run: runFacts(run),
      change,
      artifact: line === undefined ? null : placeOf(line),
      document: line === undefined || change !== 'upsert' ? null : documentIn(line.content),
      request: line === undefined ? null : await requestOf(run, line, state),
    };
  };
}

/** The quarantined row of this document in a run, or null. */
export async function quarantinedIn(
  run: RunRow,
  docId: string,
  lines: DocumentLines,
): Promise<Quarantined | null> {
  if ((run.counts?.quarantined ?? 0) === 0) return null;
  const line = await lines.find(run, ['quarantine'], docId);
  if (line === undefined) return null;
  const { content } = line;
  const row = fieldOf(content, 'row');
  return {
    run: runFacts(run),
    artifact: placeOf(line),
    row: typeof row === 'number' ? row : null,
    code: textOf(content, 'code') ?? '',
    reason: textOf(content, 'reason') ?? '',
    fields: fieldsIn(fieldOf(content, 'fields')),
  };
}

/** Whether a run holds the delete of a document, according to its `held.ndjson`. */
export interface HoldSearch {
  readonly held: HeldDelete | null;
  /** True if the list names every held document, and not this one. */
  readonly ruledOut: boolean;
}

export async function holdIn(run: RunRow, docId: string, lines: DocumentLines): Promise<HoldSearch> {
  const total = run.counts?.held ?? 0;
  if (total === 0) return NO_HOLD;
  const line = await lines.find(run, ['held'], docId);
  if (line !== undefined) return { held: { run: runFacts(run), artifact: placeOf(line) }, ruledOut: false };
  return { held: null, ruledOut: (await lines.count(run, 'held')) === total };
}

export const NO_HOLD: HoldSearch = { held: null, ruledOut: false };

/**
 * Finds the newest of these runs that deleted or soft-deleted the document; null if there is none. Reads only runs that
 * deleted something. Stops at a run that cannot be read: it may be the one searched for, so an older run must not be
 * reported.
 * @param usual the reason for deletes of documents that still have readers
 */
export async function removalOf(
  docId: string,
  kind: 'deletes' | 'soft-deletes',
  usual: RemovalCause,
  committed: readonly RunRow[],
  lines: DocumentLines,
  state: Steps,
): Promise<Explanation['removal']> {
  const deliveryOf = deliveryReader(docId, lines, state);
  for (const run of committed) {
    if ((run.counts?.deleted ?? 0) === 0) continue;
    const removal = await deliveryOf(run, [kind]);
    if (lines.unreadable.has(run.runId)) return null;
    if (removal.change === null) continue;
    const aside = await quarantinedIn(run, docId, lines);
    const known = aside !== null || !lines.unreadable.has(run.runId);
    return { ...removal, cause: known ? (aside === null ? usual : revocation(aside)) : null };
  }
  return null;
}

/** If a row is quarantined while its document is deleted, the row has no valid readers left. */
function revocation({ code }: Quarantined): RemovalCause {
  return code === 'ACL_EMPTY' ? 'no readers' : 'unreadable readers';
}

export function runFacts({ runId, status, startedAt, committedAt, error }: RunRow): RunFacts {
  return { runId, status, startedAt, committedAt, error };
}

function changeOf(kind: CanonicalKind): DocumentDelivery['change'] {
  return kind === 'quarantine' || kind === 'held' ? null : CHANGE_OF_KIND[kind];
}

function placeOf({ uri, line }: DocumentLine) {
  return { uri, line };
}

async function requestOf(
  { runId }: RunRow,
  { manifest, kind, row }: DocumentLine,
  state: Steps,
): Promise<DocumentDelivery['request']> {
  if (kind !== 'upserts' && kind !== 'deletes') return null;
  const step: DeliveryStep | undefined = stepOfRow(manifest, kind, row, await state.deliverySteps(runId));
  if (step === undefined) return null;
  const { name, state: stepState, operation, askedAt } = step;
  return { name, state: stepState, operation, askedAt };
}

function documentIn(content: unknown): SentDocument {
  return {
    title: textOf(content, 'title') ?? null,
    uri: textOf(content, 'uri') ?? null,
    users: textsIn(fieldOf(content, 'acl_users')),
    groups: textsIn(fieldOf(content, 'acl_groups')),
  };
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function fieldsIn(value: unknown): Record<string, string | null> {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    fields.map(([name, field]: [string, unknown]) => [name, typeof field === 'string' ? field : null]),
  );
}
