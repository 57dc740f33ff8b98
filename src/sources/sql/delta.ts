import { BridgeError } from '../../core/errors.ts';
import type { Column } from '../../pipeline/ports/ports.ts';
import { RowBatcher } from '../row-batcher.ts';
import { RowWriter } from './row-writer.ts';
import type { BoundWatermark, SqlEngine, SqlSession } from './engine.ts';
import { isLater, unitOf, watermarkBefore, type WatermarkKind } from './watermark-value.ts';

/** A delta query and where it starts. */
export interface Delta {
  readonly query: string;
  readonly columns: readonly Column[];
  /** The watermark's column, and what comes before its values: see `SqlEngine.lowest`. */
  readonly watermark: {
    readonly name: string;
    readonly index: number;
    readonly kind: WatermarkKind;
    readonly lowest: readonly string[];
  };
  /** How often `:watermark` is in the query. */
  readonly occurrences: number;
  /** In the unit of the watermark. */
  readonly lag: number;
  readonly checkpoint: string | undefined;
  readonly ceiling: string | undefined;
}

/**
 * Reads the rows of a delta query. Without a checkpoint, or with one that is after the source's own present, from the lowest
 * watermark with which the query lists anything.
 * @throws BridgeError SOURCE_QUERY_INVALID if the query compares its watermark with something else; what the driver throws
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
 * A query may do arithmetic with `:watermark` that the lowest value of its type does not survive: it becomes NULL, after which
 * no row comes, or the database refuses it. So higher ones are tried until one lists rows.
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

/** With the `:watermark` of the next run, the query must list the row that has the highest one of this listing. */
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
 * @param before what the next run would bind
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
