import type { Knex } from 'knex';
import { EXPLAIN_IDS_PER_PAGE } from '../limits.ts';
import type { DocumentFacts } from '../../pipeline/ports/explain-state-port.ts';
import type { RunKind, RunRow } from '../../pipeline/ports/state-port.ts';
import type { StateDatabase } from '../state-database.ts';
import { recordQueries } from '../run/engine-queries.ts';
import { checksumText } from '../run/records/checksum.ts';
import { loadOf } from '../run/records/loads.ts';
import { kindOf, type RecordAnswer as Answer } from '../run/records/record-queries.ts';
import { START_ORDER, COMMIT_ORDER, newestFirst } from '../run/run-order.ts';
import { runRow } from '../run/runs.ts';

interface DocumentKey {
  readonly kind: RunKind;
  readonly connectorId: string;
  readonly target: string;
  readonly docId: string;
}

/**
 * Reads without a transaction, because on SQLite every transaction takes the write lock. A record and a staged change appear and
 * disappear together with the run's state, so values read between two equal reads of the runs belong to one moment.
 */
export async function documentFacts(
  { knex, kind, dialect }: StateDatabase,
  connectorId: string,
  target: string,
  docId: string,
  { runs }: { readonly runs: number },
): Promise<DocumentFacts> {
  const key = { kind, connectorId, target, docId };
  let before = await lookAtRuns(knex, key, runs);
  for (;;) {
    const facts = {
      record: await recordOf(knex, key, recordQueries(dialect).checksumHex),
      waiting: await waitingOf(knex, docId, before.published),
      rejection: await rejectionOf(knex, key),
      elsewhere: await elsewhereOf(knex, key),
    };
    const after = await lookAtRuns(knex, key, runs);
    const { newestRun, committed } = after;
    if (JSON.stringify(before) === JSON.stringify(after)) return { ...facts, newestRun, committed };
    before = after;
  }
}

interface Runs extends Pick<DocumentFacts, 'newestRun' | 'committed'> {
  /** Runs that are published and not yet committed; rarely more than one. */
  readonly published: readonly RunRow[];
}

async function lookAtRuns(
  knex: Knex,
  { kind, connectorId, target }: DocumentKey,
  limit: number,
): Promise<Runs> {
  const runs = () => knex('run_state').where({ kind, connector_id: connectorId, target });
  const newest = await runs().orderBy(newestFirst(START_ORDER)).first();
  const committed = await runs().whereNotNull('committed_at').orderBy(newestFirst(COMMIT_ORDER)).limit(limit);
  const published = await runs()
    .where({ committed_at: null })
    .whereNotNull('manifest_name')
    .orderBy(newestFirst(START_ORDER));
  return {
    newestRun: newest && runRow(newest),
    committed: committed.map((run) => runRow(run)),
    published: published.map((run) => runRow(run)),
  };
}

type RecordAnswer = Pick<Answer, 'checksum' | 'soft_deleted'> & { readonly run_id: string };

async function recordOf(
  knex: Knex,
  { kind, connectorId, target, docId }: DocumentKey,
  checksumHex: string,
): Promise<DocumentFacts['record']> {
  const record = await records(knex, { kind, connectorId, target })
    .where({ doc_id: docId })
    .first<RecordAnswer | undefined>('run_id', 'soft_deleted', knex.raw(`${checksumHex} as checksum`));
  if (record === undefined) return undefined;
  const run = await existingRun(knex, record.run_id);
  return {
    checksum: checksumText(record.checksum),
    softDeleted: kindOf(record.soft_deleted) === 'soft-deleted',
    run,
  };
}

async function waitingOf(
  knex: Knex,
  docId: string,
  published: readonly RunRow[],
): Promise<DocumentFacts['waiting']> {
  for (const run of published) {
    const changes = await knex('staged_records').where({ run_id: run.runId, doc_id: docId }).pluck('op');
    const change = changes.find((op) => op !== 'refresh' && op !== 'set_aside');
    if (change !== undefined) return { run, change };
    if (await isLoaded(knex, run.runId, docId)) return { run, change: 'upsert' };
  }
  return undefined;
}

async function isLoaded(knex: Knex, runId: string, docId: string): Promise<boolean> {
  const scope = await loadOf(knex, runId);
  if (scope === undefined) return false;
  const record = await knex('record_state').where({ scope_id: scope, doc_id: docId }).first('doc_id');
  return record !== undefined;
}

async function rejectionOf(
  knex: Knex,
  { kind, connectorId, target, docId }: DocumentKey,
): Promise<DocumentFacts['rejection']> {
  const refusing = knex('rejected_documents').where({ doc_id: docId }).select('run_id');
  const run = await knex('run_state')
    .where({ kind, connector_id: connectorId, target })
    .whereIn('run_id', refusing)
    .orderBy(newestFirst(START_ORDER))
    .first();
  if (run === undefined) return undefined;
  const rejection = await knex('rejected_documents').where({ run_id: run.run_id, doc_id: docId }).first();
  // A commit in between deletes the row; the caller then reads everything again.
  if (rejection === undefined) return undefined;
  const { reason, outcome } = rejection;
  return { run: runRow(run), reason, outcome };
}

async function elsewhereOf(
  knex: Knex,
  { kind, connectorId, target, docId }: DocumentKey,
): Promise<DocumentFacts['elsewhere']> {
  const others = await knex('connector_checkpoints')
    .where({ kind, connector_id: connectorId })
    .whereNot({ target })
    .orderBy('target');
  const elsewhere = [];
  for (const other of others) {
    const record = await knex('record_state').where({ scope_id: other.id, doc_id: docId }).first('doc_id');
    elsewhere.push({ target: other.target, known: record !== undefined });
  }
  return elsewhere;
}

/** Rows of runs are never deleted. */
async function existingRun(knex: Knex, runId: string): Promise<RunRow> {
  const run = await knex('run_state').where({ run_id: runId }).first();
  if (run === undefined) throw new Error(`The state has no run ${runId}, which one of its documents names.`);
  return runRow(run);
}

/** Pages by primary key, so that a slow reader holds no transaction open. */
export async function* recordIds(
  { knex, kind }: StateDatabase,
  connectorId: string,
  target: string,
): AsyncIterable<string[]> {
  let after = '';
  for (;;) {
    const ids: string[] = await records(knex, { kind, connectorId, target })
      .andWhere('doc_id', '>', after)
      .orderBy('doc_id')
      .limit(EXPLAIN_IDS_PER_PAGE)
      .pluck('doc_id');
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}

function records(knex: Knex, { kind, connectorId, target }: Omit<DocumentKey, 'docId'>) {
  const scope = knex('connector_checkpoints').where({ kind, connector_id: connectorId, target }).select('id');
  return knex('record_state').where('scope_id', scope);
}
