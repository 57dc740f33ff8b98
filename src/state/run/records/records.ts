import type { Knex } from 'knex';
import { randomBytes } from 'node:crypto';
import { STATE_IDS_PER_GROUP } from '../../limits.ts';
import type { Column } from '../../../pipeline/ports/ports.ts';
import type { StagedBatch } from '../../../pipeline/ports/staged-batch.ts';
import type { KnownRecord, Position, RecordKind } from '../../../pipeline/ports/state-port.ts';
import { FINGERPRINT_BYTES } from '../../../pipeline/comparison/fingerprint-set.ts';
import { recordQueries } from '../engine-queries.ts';
import type { StateDatabase } from '../../state-database.ts';
import { requireRunInProgress, type OwnFences } from '../open-run.ts';
import { bytesOf, type StoredBytes } from '../../stored-bytes.ts';
import { isUniqueViolation, refuseLoadedDuplicates } from './duplicates.ts';
import { loadOrBegin } from './loads.ts';
import type { RunTable } from '../../tables.ts';

const FINGERPRINT_KEY_BYTES = 16;

/** The scope of a connector that a read-only state has never seen: no record has this scope. */
const NO_SCOPE = -1;

export async function position(
  database: StateDatabase,
  connectorId: string,
  target: string,
  readOnly: boolean,
): Promise<Position> {
  const key = { kind: database.kind, connector_id: connectorId, target };
  const { knex, dialect } = database;
  const known = () => knex('connector_checkpoints').where(key).first();
  let row = await known();
  if (row === undefined && !readOnly) {
    await knex('connector_checkpoints')
      .insert({ ...key, updated_at: knex.raw(dialect.clockText(0)) })
      .onConflict(['kind', 'connector_id', 'target'])
      .ignore();
    row = await known();
  }
  const scope = row?.id ?? NO_SCOPE;
  const columns = row?.source_columns ?? null;
  const any = await knex('record_state').where({ scope_id: scope }).first('doc_id');
  return {
    scope,
    empty: any === undefined,
    checkpoint: row?.watermark ?? undefined,
    mappingVersion: row?.mapping_version ?? undefined,
    columns: columns === null ? undefined : parseColumns(columns),
    fingerprintKey: bytesOf(row?.fingerprint_key ?? (await newKey(knex, scope, readOnly))),
  };
}

/**
 * Returns a new secret for the fingerprints of a scope, or the one that another process has stored in the meantime. A state that is
 * read stores none: each fingerprint of its run is unknown, so every row is compared by its checksum.
 */
async function newKey(knex: Knex, scope: number, readOnly: boolean): Promise<StoredBytes> {
  const made = randomBytes(FINGERPRINT_KEY_BYTES);
  if (readOnly) return made;
  const checkpoint = knex('connector_checkpoints').where({ id: scope });
  await checkpoint.clone().whereNull('fingerprint_key').update({ fingerprint_key: made });
  const stored = await checkpoint.first('fingerprint_key');
  return stored?.fingerprint_key ?? made;
}

/** This column is written by `runs.ts` only, from values of this type. */
const parseColumns: (json: string) => readonly Column[] = JSON.parse;

export async function scopeOf(transaction: Knex.Transaction, run: RunTable): Promise<number> {
  const position = await transaction('connector_checkpoints')
    .where({ kind: run.kind, connector_id: run.connector_id, target: run.target })
    .first('id');
  if (position === undefined)
    throw new Error(`${run.connector_id} has no position to commit run ${run.run_id} to.`);
  return position.id;
}

export function lookup(
  database: StateDatabase,
  scope: number,
  docIds: readonly string[],
): Promise<KnownRecord[]> {
  return recordQueries(database.dialect).lookup(database.knex, scope, docIds);
}

export async function* idsOf(
  database: StateDatabase,
  scope: number,
  fingerprints: Buffer,
  kind: RecordKind,
): AsyncIterable<string[]> {
  const bytes = STATE_IDS_PER_GROUP * FINGERPRINT_BYTES;
  for (let at = 0; at < fingerprints.length; at += bytes) {
    const group = fingerprints.subarray(at, at + bytes);
    const ids = await recordQueries(database.dialect).idsOf(database.knex, scope, group, kind);
    if (ids.length > 0) yield ids;
  }
}

/**
 * @throws BridgeError LEASE_LOST if another process gave the run up in the meantime, or began it again; DUPLICATE_ID if an id was loaded already
 */
export async function stage(
  database: StateDatabase,
  fences: OwnFences,
  runId: string,
  batches: readonly StagedBatch[],
): Promise<void> {
  if (batches.length === 0) return;
  const queries = recordQueries(database.dialect);
  try {
    await database.knex.transaction(async (transaction) => {
      const run = await requireRunInProgress(database, transaction, runId, fences);
      for (const batch of batches) {
        const scope = batch.op === 'upsert' ? await loadOrBegin(transaction, run) : undefined;
        if (scope === undefined) await queries.stage(transaction, runId, batch);
        else await queries.load(transaction, scope, runId, batch);
      }
    });
  } catch (thrown) {
    if (isUniqueViolation(thrown)) await refuseLoadedDuplicates(database, runId, batches);
    throw thrown;
  }
}

/**
 * Lists the other definitions, of all kinds, that have documents in the target: they would lose them if this connector deleted
 * every document but its own. A run that has begun has no row in `connector_checkpoints` until it asks for its position.
 */
export async function othersInto(
  { knex, dialect, kind }: StateDatabase,
  target: string,
  connectorId: string,
): Promise<string[]> {
  const documents = knex('record_state')
    .whereRaw('record_state.scope_id = connector_checkpoints.id')
    .select('doc_id');
  const isOther = (row: Knex.QueryBuilder) =>
    void row.whereNot({ kind }).orWhereNot({ connector_id: connectorId });
  // A run that is not published delivers only while its process lives and renews its lease.
  const alive = knex('connector_leases')
    .whereRaw('connector_leases.kind = run_state.kind')
    .whereRaw('connector_leases.connector_id = run_state.connector_id')
    .whereNotNull('run_id')
    .andWhere('expires_at', '>', knex.raw(dialect.clockMs))
    .select('fence');
  // Reads the runs first: a run that commits in between has documents by the time of the second query.
  const delivering = await knex('run_state')
    .where({ target, committed_at: null })
    .andWhere(isOther)
    .andWhere(
      (either) =>
        void either
          .whereNotNull('manifest_name')
          .orWhere((running) => void running.whereNull('finished_at').whereExists(alive)),
    )
    .select('kind', 'connector_id');
  const delivered = await knex('connector_checkpoints')
    .where({ target })
    .andWhere(isOther)
    .whereExists(documents)
    .select('kind', 'connector_id');
  const names = [...delivering, ...delivered].map((other) =>
    other.kind === kind ? other.connector_id : `${other.connector_id} (${other.kind.replace('_', ' ')})`,
  );
  return [...new Set(names)].sort();
}
