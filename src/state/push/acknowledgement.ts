import type { Knex } from 'knex';
import type { RunTable } from '../tables.ts';

/**
 * Deletes the events of the batches that a run claimed, because they are delivered. Part of the run's commit, while its staged
 * records still exist. The last event of a document that was rejected or set aside is kept for the next run, unless a newer one
 * has arrived.
 */
export async function acknowledgePushes(transaction: Knex.Transaction, run: RunTable): Promise<void> {
  const { run_id, connector_id } = run;
  // A batch that is still packed was not read, even if it is claimed.
  const claimed = () =>
    transaction('push_batches').where({ connector_id, run_id, status: 'pending' }).whereNull('folded');
  if ((await claimed().first('id')) === undefined) return;
  await transaction.raw(
    `with not_delivered as (
       select doc_id from rejected_documents where run_id = ?
       union all select doc_id from staged_records where run_id = ? and op = 'set_aside'
     ), folded as (
       select doc_id, batch_id from folded_events
       where connector_id = ? and doc_id in (select doc_id from not_delivered)
     )
     delete from push_events
     where batch_id in (
         select id from push_batches
         where connector_id = ? and run_id = ? and status = 'pending' and folded is null
       )
       and (
         doc_id not in (select doc_id from not_delivered)
         or exists (select 1 from folded where doc_id = push_events.doc_id and batch_id > push_events.batch_id)
         or exists (
           select 1 from push_events as newer
           where newer.doc_id = push_events.doc_id
             and (newer.batch_id, newer.seq) > (push_events.batch_id, push_events.seq)
         )
       )`,
    [run_id, run_id, connector_id, connector_id, run_id],
  );
  await claimed().update({
    waiting: transaction.raw('(select count(*) from push_events where batch_id = push_batches.id)'),
    older: 0,
  });
  await claimed().where({ waiting: 0 }).update({ status: 'done' });
}
