import type { RowBatch } from '../../pipeline/ports/ports.ts';
import { asError } from '../../core/thrown.ts';

type Arrival = { readonly part: AsyncIterator<RowBatch> } & (
  { readonly result: IteratorResult<RowBatch> } | { readonly failure: Error }
);

/**
 * Merges the batches of parts of one listing, in the order in which they arrive. The next batch of a part is requested only
 * after its previous batch was consumed, because that invalidates it; the other parts continue meanwhile. Only the last batch
 * of the merged listing has an end.
 * @throws the first error of a part. The other parts are not stopped.
 */
export async function* mergeBatches(parts: readonly AsyncIterator<RowBatch>[]): AsyncGenerator<RowBatch> {
  const arrived: Arrival[] = [];
  let wake: () => void = () => undefined;
  const request = (part: AsyncIterator<RowBatch>): void => {
    const arrive = (arrival: Arrival): void => {
      arrived.push(arrival);
      wake();
    };
    part.next().then(
      (result) => {
        arrive({ part, result });
      },
      (thrown: unknown) => {
        arrive({ part, failure: asError(thrown) });
      },
    );
  };
  for (const part of parts) request(part);
  for (let open = parts.length; open > 0;) {
    const arrival = arrived.shift();
    if (arrival === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    if ('failure' in arrival) throw arrival.failure;
    if (arrival.result.done === true) throw new Error('a part of a listing has no end');
    const { end, ...batch } = arrival.result.value;
    if (end !== undefined) open -= 1;
    if (open === 0) yield arrival.result.value;
    else if (batch.count > 0) yield batch;
    if (end === undefined) request(arrival.part);
  }
}
