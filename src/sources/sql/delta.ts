import { BridgeError } from '../../core/errors.ts';
import type { Column } from '../../pipeline/ports/ports.ts';
import { RowBatcher } from '../row-batcher.ts';
import { RowWriter } from './row-writer.ts';
import type { BoundWatermark, SqlEngine, SqlSession } from './engine.ts';
import { isLater, unitOf, watermarkBefore, type WatermarkKind } from './watermark-value.ts';

/** A delta query and its starting point. */
export interface Delta {
  readonly query: string;
  readonly columns: readonly Column[];
  /** The watermark's column, and the values before all of its values: see `SqlEngine.lowest`. */
  readonly watermark: {
    readonly name: string;
    readonly index: number;
    readonly kind: WatermarkKind;
    readonly lowest: readonly string[];
  };
  /** The number of occurrences of `:watermark` in the query. */
  readonly occurrences: number;
  /** The lag in the unit of the watermark. */
  readonly lag: number;
  readonly checkpoint: string | undefined;
  readonly ceiling: string | undefined;
}

/**
 * Reads the rows of a delta query. If there is no checkpoint, or it is after the source's own current time, the listing starts
 * from the lowest watermark with which the query lists any rows.
 * @throws BridgeError SOURCE_QUERY_INVALID if the query compares its watermark with a value of another kind; the driver's
 *   errors
 */
export async function readDelta(
  delta: Delta,
  session: SqlSession,
  engine: SqlEngine,
  out: RowWriter,
): Promise<void> {
  const { watermark, checkpoint, ceiling, lag } = delta;
  const { kind, lowest } = watermark;
  const passed = checkpoint !== undefined && ceiling !== undefined && isLater(checkpoint, ceiling, kind);
  if (checkpoint !== undefined && !passed) {
    await session.read(delta.query, bound(delta, watermarkBefore(checkpoint, kind, lag)), out);
    return;
  }
  await readFromLowest(delta, lowest, { session, engine, out });
  if (out.highest === undefined || unitOf(kind) === 'none' || !session.repeatable) return;
  await requireComparable(delta, session, out.highest);
}

/**
 * The arithmetic of a query with `:watermark` may not support the lowest value of its type: the result is NULL, so that no row
 * is listed, or the database rejects it. So higher values are tried until one lists rows.
 */
async function readFromLowest(
  delta: Delta,
  lowest: readonly string[],
  { session, engine, out }: { session: SqlSession; engine: SqlEngine; out: RowWriter },
): Promise<void> {
  let failure: unknown;
  let answered = false;
  for (const text of lowest) {
    try {
      await session.read(delta.query, bound(delta, text), out);
      answered = true;
    } catch (thrown) {
      if (out.started > 0 || engine.errorOf(thrown, 'query', delta.query).code !== 'SOURCE_REFUSED')
        throw thrown;
      failure ??= thrown;
    }
    if (out.started > 0) return;
  }
  if (!answered) throw failure;
}

/** The query must list the row with the highest watermark of this listing when it gets the `:watermark` of the next run. */
async function requireComparable(delta: Delta, session: SqlSession, highest: string): Promise<void> {
  const { watermark, query, columns } = delta;
  const before = watermarkBefore(highest, watermark.kind, delta.lag);
  if (before === highest) return;
  const rows = new RowBatcher();
  rows.onDrain = () => {
    session.resume();
  };
  const counted = countRows(rows, columns);
  try {
    await session.read(query, bound(delta, before), new RowWriter(rows, undefined));
    rows.end();
  } catch (thrown) {
    rows.fail(new Error('The query failed.', { cause: thrown }));
    await counted.catch(() => undefined);
    throw thrown;
  }
  if ((await counted) === 0) throw notComparable(watermark.name, before, highest);
}

async function countRows(rows: RowBatcher, columns: readonly Column[]): Promise<number> {
  let counted = 0;
  const end = () => ({ checkpoint: undefined, truncated: false });
  for await (const { count } of rows.batches(columns, end)) counted += count;
  return counted;
}

function bound({ watermark: { kind, index }, occurrences }: Delta, text: string): BoundWatermark {
  return { kind, index, text, occurrences };
}

/**
 * @param before the value that the next run would bind
 * @param highest the watermark of the row that the query should have listed then
 */
export function notComparable(name: string, before: string, highest: string): BridgeError {
  return new BridgeError(
    'SOURCE_QUERY_INVALID',
    `With ${JSON.stringify(before)} for :watermark, as the next run would have it, the query does not list the row that has ${JSON.stringify(highest)} in ${JSON.stringify(name)}. So it compares :watermark with something else than the column that source.watermarkField names, and later runs would pass over rows.`,
    {
      hint: 'Compare :watermark in spec.source.query with the expression that the query returns under that name, of the same type and in the same time zone.',
    },
  );
}
