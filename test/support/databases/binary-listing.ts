import { openKernel } from '../../../src/kernel/open-kernel.ts';
import { TextForm } from '../../../src/pipeline/comparison/text-form.ts';
import type { RowBatch, Source } from '../../../src/pipeline/ports/ports.ts';

/** The same source, read in binary form and rewritten as text, as a run does it. */
export function inBinary(source: Source): Source {
  return {
    listing: source.listing,
    read: (checkpoint, signal) => rewritten(source.read(checkpoint, signal, { binary: true })),
    columns: (signal) => source.columns(signal),
    close: () => source.close(),
  };
}

async function* rewritten(batches: AsyncIterable<RowBatch>): AsyncGenerator<RowBatch> {
  const kernel = openKernel();
  let form: TextForm | undefined;
  for await (const batch of batches) {
    form ??= new TextForm(batch, kernel);
    if (!kernel.load(batch)) throw new Error('The kernel does not load the batch.');
    yield form.of(batch, [...Array(batch.count).keys()]);
  }
}
