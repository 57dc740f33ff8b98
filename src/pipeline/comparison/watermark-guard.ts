import { BridgeError, toBridgeError } from '../../core/errors.ts';
import { retypedColumns } from './column-drift.ts';
import type { Column, RowBatch, Source } from '../ports/ports.ts';

/**
 * Returns a delta listing that refuses to resume from a checkpoint of another kind. Some databases fail on such a checkpoint with
 * an unclear message; others convert it and skip rows. It sends no further query to the source unless the listing fails before
 * its first batch.
 * @param before the watermark's column when the checkpoint was made
 */
export function guardWatermark(
  source: Pick<Source, 'read' | 'columns'>,
  before: Column,
): Pick<Source, 'read'> {
  return {
    read: (checkpoint, signal, options) =>
      guarded(source.read(checkpoint, signal, options), source, before, signal),
  };
}

/** @throws BridgeError SOURCE_WATERMARK_RETYPED, or what the source throws. */
async function* guarded(
  batches: AsyncIterable<RowBatch>,
  source: Pick<Source, 'columns'>,
  before: Column,
  signal: AbortSignal,
): AsyncGenerator<RowBatch> {
  let begun = false;
  try {
    for await (const batch of batches) {
      if (!begun) {
        begun = true;
        requireSameKind(before, batch.columns);
      }
      yield batch;
    }
  } catch (thrown) {
    if (!begun && !toBridgeError(thrown).retryable) {
      // If the columns cannot be read either, the source fails for another reason.
      const columns = await source.columns(signal).catch(() => []);
      requireSameKind(before, columns, thrown);
    }
    throw thrown;
  }
}

function requireSameKind(before: Column, columns: readonly Column[], cause?: unknown): void {
  const [drift] = retypedColumns([before], columns);
  if (drift === undefined) return;
  const { column, was, is } = drift;
  throw new BridgeError(
    'SOURCE_WATERMARK_RETYPED',
    `The watermark column ${JSON.stringify(column)} was ${was} in the last run and is ${is} now, so the checkpoint cannot be compared with it.`,
    {
      hint: 'If this is intended, run once with `--full`: everything is read, and checksums decide what is sent. Otherwise cast the column in spec.source.query.',
      cause,
    },
  );
}
