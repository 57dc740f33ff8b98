import type { FingerprintSet } from './comparison/fingerprint-set.ts';
import { TextForm } from './comparison/text-form.ts';
import { RowFingerprints, type FingerprintBasis } from './comparison/row-fingerprints.ts';
import { intAt, wordAt } from './document/in-range.ts';
import type { RowBatch, Source } from './ports/ports.ts';
import type { Tally } from './counts/tally.ts';

/** A batch, and the rows in it that need processing. */
export interface ExtractedBatch {
  readonly batch: RowBatch;
  /** The number of the batch's first row in the listing, from 1. */
  readonly firstRow: number;
  /** The rows whose bytes are not known, in ascending order. */
  readonly unknown: readonly number[];
  /** The rows that repeat another row of this listing byte for byte. */
  readonly repeated: readonly number[];
  /** Whether the kernel holds the rows, until the next batch is asked for. */
  readonly loaded: boolean;
  /** The fingerprint of each row in `unknown` as two words, the high one first. */
  readonly fingerprints: Uint32Array;
}

/**
 * Phase extract: reads the source and skips, without decoding, each row whose bytes are known from the last committed run. This
 * makes a run over an unchanged table four times as fast as decoding it.
 */
export async function* extract(
  source: Pick<Source, 'read'>,
  checkpoint: string | undefined,
  basis: FingerprintBasis,
  known: FingerprintSet,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<ExtractedBatch> {
  let rowFingerprints: RowFingerprints | undefined;
  let textForm: TextForm | undefined;
  for await (const batch of source.read(checkpoint, signal, { binary: basis.kernel !== undefined })) {
    signal.throwIfAborted();
    rowFingerprints ??= new RowFingerprints(basis, batch);
    const firstRow = tally.seen + 1;
    const { words, loaded } = rowFingerprints.of(batch);
    const sifted = sift(batch.count, words, known, tally);
    textForm ??= new TextForm(batch, basis.kernel);
    const text = textForm.of(batch, sifted.unknown.concat(sifted.repeated));
    yield { batch: text, firstRow, loaded, ...sifted };
  }
}

function sift(count: number, words: Uint32Array, known: FingerprintSet, tally: Tally) {
  const unknown: number[] = [];
  const repeated: number[] = [];
  const fingerprints = new Uint32Array(count * 2);
  const slots = known.findAll(words, count);
  for (let row = 0; row < count; row++) {
    const slot = intAt(slots, row);
    if (slot < 0) {
      fingerprints[unknown.length * 2] = wordAt(words, row * 2);
      fingerprints[unknown.length * 2 + 1] = wordAt(words, row * 2 + 1);
      unknown.push(row);
    } else if (known.markSeen(slot)) {
      tally.unchanged++;
    } else {
      repeated.push(row);
    }
  }
  tally.seen += count;
  return { unknown, repeated, fingerprints: fingerprints.subarray(0, unknown.length * 2) };
}
