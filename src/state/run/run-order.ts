import type { RunTable } from '../tables.ts';

/**
 * The orders in which runs of one connector are newer than others. The fence decides, because each holder of the connector's
 * lease has a higher one. Times are of the clocks of different machines, so they only order runs from before fences were kept,
 * which all have the fence 0. A list that is only shown may be in the order of its times.
 */
type RunOrder = readonly (keyof RunTable)[];

/** By when runs began. */
export const BEGUN: RunOrder = ['fence', 'started_at', 'run_id'];

/**
 * By when runs were committed. One lease may commit two: that which an earlier process left published, and then its own, which
 * began under a higher fence.
 */
export const COMMITTED: RunOrder = ['committed_fence', 'fence', 'committed_at', 'started_at', 'run_id'];

/** For knex. */
export function newestFirst(order: RunOrder): { column: keyof RunTable; order: 'desc' }[] {
  return order.map((column) => ({ column, order: 'desc' }));
}

/** For SQL as text. */
export function newestFirstSql(order: RunOrder): string {
  return order.map((column) => `${column} desc`).join(', ');
}
