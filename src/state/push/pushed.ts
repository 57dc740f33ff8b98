import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import { PUSH_EVENTS_PER_PAGE, PUSH_PAGE_BYTES } from '../limits.ts';
import type { PushedEvent, PushSelection } from '../../pipeline/ports/push-port.ts';
import type { Database } from '../../database/database.ts';
import { abandonedRunError } from '../run/abandoned-run-error.ts';
import {
  copyWaitingEvents,
  hasPackedEvents,
  unpackEvents,
  WAITING_EVENTS_COPY,
  type BatchId,
} from './unpacking.ts';

/** The position of an event in the queue. */
interface Place {
  readonly batch_id: BatchId;
  readonly seq: number;
}

const START: Place = { batch_id: 0, seq: 0 };

/**
 * Unpacks claimed events first. Without a claim, the events stay packed.
 * @throws BridgeError PUSH_RUN_UNKNOWN or LEASE_LOST
 */
export async function* pushed(
  database: Database,
  selection: PushSelection,
): AsyncIterable<readonly PushedEvent[]> {
  const { knex } = database;
  const last = await lastBatch(knex, selection);
  const chosen = chosenBatches(selection, last);
  if (selection.claim) {
    await claim(database, selection, last);
    await unpackEvents(database, selection);
    yield* pages(knex, 'push_events', chosen);
  } else if (await hasPackedEvents(knex, selection.connectorId, last)) {
    yield* pagesOfCopy(knex, selection.connectorId, last, chosen);
  } else {
    yield* pages(knex, 'push_events', chosen);
  }
}

/**
 * Counts the events, in the batches that a run reads, that were older than the known versions when they arrived. They are not
 * stored, and are counted until the run is committed. Call this after the pages were read.
 */
export async function olderEvents(database: Database, selection: PushSelection): Promise<number> {
  const { knex } = database;
  const { connectorId, runId, claim } = selection;
  const pending = knex('push_batches').where({ connector_id: connectorId, status: 'pending' });
  const [sum] = await (
    claim ? pending.where({ run_id: runId }) : pending.where('id', '<=', await lastBatch(knex, selection))
  ).sum({ older: 'older' });
  // Postgres returns a sum as text.
  return Number(String(sum?.older ?? 0));
}

async function* pagesOfCopy(
  knex: Knex,
  connectorId: string,
  last: BatchId,
  chosen: Chosen,
): AsyncIterable<readonly PushedEvent[]> {
  const transaction = await knex.transaction();
  try {
    await copyWaitingEvents(transaction, connectorId, last);
    yield* pages(transaction, WAITING_EVENTS_COPY, chosen);
  } finally {
    await transaction.rollback();
  }
}

/** Pages by primary key, so that nothing is sorted and a slow reader of `push_events` holds no transaction open. */
async function* pages(knex: Knex, table: string, chosen: Chosen): AsyncIterable<readonly PushedEvent[]> {
  for (let after = START; ;) {
    const end = await pageEnd(knex, table, chosen, after);
    if (end === undefined) return;
    // The page is empty when newer events follow for all of its documents.
    yield await newestEvents(knex, table, chosen, after, end);
    after = end;
  }
}

/**
 * The last batch to read. Ids define the order in which to apply events, not which events were read: of two pushes at the same
 * time, the one with the lower id may become visible later. Claims record what was read.
 */
async function lastBatch(knex: Knex, { connectorId, upTo }: PushSelection): Promise<BatchId> {
  const batches = knex('push_batches').where({ connector_id: connectorId });
  if (upTo === undefined) {
    const [newest] = await batches.where({ status: 'pending' }).max({ id: 'id' });
    return newest?.id ?? 0;
  }
  const batch = await batches.where({ push_run_id: upTo }).first('id', 'status');
  if (batch === undefined) throw unknownRun(upTo, connectorId);
  return batch.status === 'done' ? 0 : batch.id;
}

function unknownRun(upTo: string, connectorId: string): BridgeError {
  return new BridgeError('PUSH_RUN_UNKNOWN', `There is no push ${upTo} to connector ${connectorId}.`, {
    hint: 'Take the `run_id` of the answer to the push; once it is delivered, it is forgotten after some time.',
  });
}

/**
 * Runs in one transaction, so that events that an earlier attempt of this run claimed are not acknowledged without being read.
 */
async function claim(
  { knex, dialect }: Database,
  { connectorId, runId }: PushSelection,
  last: BatchId,
): Promise<void> {
  await knex.transaction(async (transaction) => {
    const run = transaction('run_state').where({ run_id: runId, finished_at: null });
    // The lock is held until the claim is written, so that no other process can give up the run in between and claim first.
    const open = await (dialect.rowLocks ? run.forShare() : run).first('run_id');
    if (open === undefined) throw abandonedRunError(runId);
    const pending = () => transaction('push_batches').where({ connector_id: connectorId, status: 'pending' });
    await pending().where({ run_id: runId }).update({ run_id: null });
    await pending().where('id', '<=', last).update({ run_id: runId });
  });
}

/** SQL that is true for the events of the batches to read, with its bindings. */
interface Chosen {
  readonly sql: string;
  readonly bindings: readonly BatchId[];
}

/**
 * A scalar subquery, evaluated for each event. If tables have no statistics yet, Postgres turns any other form into a join and
 * reads all events for every page. 400,000 events took 68 s with a join, and take 6 s with this subquery.
 */
function chosenBatches({ connectorId, runId, claim }: PushSelection, last: BatchId): Chosen {
  return {
    sql: `(select connector_id = ? and status = 'pending' and ${claim ? 'run_id = ?' : 'id <= ?'}
           from push_batches where id = batch_id)`,
    bindings: [connectorId, claim ? runId : last],
  };
}

/** The last event of the next page; undefined if there is none. */
async function pageEnd(knex: Knex, table: string, chosen: Chosen, after: Place): Promise<Place | undefined> {
  const end = knex.raw(
    `(with page as (
       select batch_id, seq, coalesce(octet_length(document), 0) as bytes from ${table}
       where (batch_id, seq) > (?, ?) and ${chosen.sql}
       order by batch_id, seq limit ?
     ), sized as (
       select batch_id, seq, sum(bytes) over (order by batch_id, seq) - bytes as bytes_before from page
     )
     select batch_id, seq from sized where bytes_before < ? order by batch_id desc, seq desc limit 1) as page_end`,
    [after.batch_id, after.seq, ...chosen.bindings, PUSH_EVENTS_PER_PAGE, PUSH_PAGE_BYTES],
  );
  return knex.from<Place>(end).first('batch_id', 'seq');
}

interface EventAnswer {
  readonly doc_id: string;
  readonly op: PushedEvent['op'];
  readonly document: string | null;
}

/** The events of a page, except those that a selected event of the same document follows. */
async function newestEvents(
  knex: Knex,
  table: string,
  chosen: Chosen,
  after: Place,
  end: Place,
): Promise<PushedEvent[]> {
  const newest = knex.raw(
    `(select doc_id, op, document from ${table} as event
     where (batch_id, seq) > (?, ?) and (batch_id, seq) <= (?, ?) and ${chosen.sql}
       and (batch_id, seq) = (
         select newest.batch_id, newest.seq from ${table} as newest
         where newest.doc_id = event.doc_id and ${chosen.sql}
         order by newest.batch_id desc, newest.seq desc limit 1
       )
     ) as newest_events`,
    [after.batch_id, after.seq, end.batch_id, end.seq, ...chosen.bindings, ...chosen.bindings],
  );
  const rows = await knex.from(newest).select<EventAnswer[]>('doc_id', 'op', 'document');
  return rows.map(({ doc_id, op, document }) => ({ docId: doc_id, op, document }));
}
