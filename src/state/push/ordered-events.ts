import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import type { NewPushBatch } from './batch.ts';
import { storePush } from './store-push.ts';
import type { EventVersion, PackedEvents } from '../../push/events/packed-events.ts';

/** An ordered push that was stored with the response for its producer. */
export interface OrderedPush {
  readonly storedAnswer: string;
}

/** Thrown to roll back the versions of a push whose key is already used. */
class KeyTaken extends Error {}

/**
 * Stores the events of a push that are not older than the known versions of their documents, and remembers their versions. The
 * row of a version is locked until the batch has its id. So the events of one document are in the order of their versions, and
 * events of equal versions are in the order of arrival, even if different servers store them.
 * @returns undefined, having stored nothing, if the key of the push is already used
 */
export async function storeOrderedPush(
  { knex, dialect }: Database,
  batch: NewPushBatch,
): Promise<OrderedPush | undefined> {
  try {
    return await knex.transaction(async (transaction) => {
      const known = await remember(transaction, dialect, batch);
      const older = olderEvents(batch.events.versions, known);
      const storedAnswer = batch.orderedAnswer(older.size);
      const kept = { ...batch, events: batch.events.without(older), older: older.size, answer: storedAnswer };
      if (!(await storePush(dialect, transaction, kept))) throw new KeyTaken();
      return { storedAnswer };
    });
  } catch (thrown) {
    if (thrown instanceof KeyTaken) return undefined;
    throw thrown;
  }
}

/** @returns the newest version of each document, by id */
async function remember(
  transaction: Knex.Transaction,
  { jsonRows, clockMs }: Database['dialect'],
  { connectorId, events }: NewPushBatch,
): Promise<ReadonlyMap<string, string>> {
  // Sorted, so that two pushes cannot deadlock.
  const newest = [...newestVersions(events.versions).values()].map(({ docId, op, version }) => [
    docId,
    op,
    version,
  ]);
  const isNotOlder = 'excluded.version >= push_versions.version';
  const later = (column: string) =>
    `${column} = case when ${isNotOlder} then excluded.${column} else push_versions.${column} end`;
  const query = transaction.raw<VersionAnswers>(
    `insert into push_versions (connector_id, doc_id, op, version, noted_ms)
     select ?, value ->> 0, value ->> 1, value ->> 2, ${clockMs} from ${jsonRows} where true order by 2
     on conflict (connector_id, doc_id) do update set ${['op', 'noted_ms', 'version'].map(later).join(', ')}
     returning doc_id, version`,
    [connectorId, JSON.stringify(newest)],
  );
  const rows = rowsOf(await query);
  return new Map(rows.map(({ doc_id, version }) => [doc_id, version]));
}

interface VersionAnswer {
  readonly doc_id: string;
  readonly version: string;
}

/** Postgres returns an object with rows for a raw statement. */
type VersionAnswers = readonly VersionAnswer[] | { readonly rows: readonly VersionAnswer[] };

function rowsOf(answer: VersionAnswers) {
  return 'rows' in answer ? answer.rows : answer;
}

function newestVersions(versions: readonly EventVersion[]): ReadonlyMap<string, EventVersion> {
  const newest = new Map<string, EventVersion>();
  for (const event of versions) {
    const before = newest.get(event.docId);
    if (before === undefined || event.version >= before.version) newest.set(event.docId, event);
  }
  return newest;
}

/** The indexes, from 0, of the events for whose documents a newer version is known. */
function olderEvents(
  versions: PackedEvents['versions'],
  known: ReadonlyMap<string, string>,
): ReadonlySet<number> {
  const older = new Set<number>();
  versions.forEach(({ docId, version }, event) => {
    if (version < (known.get(docId) ?? version)) older.add(event);
  });
  return older;
}
