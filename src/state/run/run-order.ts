import type { RunTable } from '../tables.ts';

/**
 * The orders that define which run of a connector is newer. The fence decides, because each holder of the connector's lease has a
 * higher one. Times come from the clocks of different machines, so they only order runs from before fences were kept, which all
 * have the fence 0. A list that is only displayed may be ordered by time.
 */
type RunOrder = readonly (keyof RunTable)[];

/** The order in which runs began. */
export const START_ORDER: RunOrder = ['fence', 'started_at', 'run_id'];

/**
 * The order in which runs were committed. One lease may commit two runs: the one that an earlier process left published, and then
 * its own, which began under a higher fence.
 */
export const COMMIT_ORDER: RunOrder = ['committed_fence', 'fence', 'committed_at', 'started_at', 'run_id'];

/** The order for knex. */
export function newestFirst(order: RunOrder): { column: keyof RunTable; order: 'desc' }[] {
  return order.map((column) => ({ column, order: 'desc' }));
}

/** The order as SQL text. */
export function newestFirstSql(order: RunOrder): string {
  return order.map((column) => `${column} desc`).join(', ');
}
