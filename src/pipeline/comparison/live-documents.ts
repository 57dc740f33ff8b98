import type { RowBatch, Source } from '../ports/ports.ts';
import type { Position, State } from '../ports/state-port.ts';
import type { KnownDocuments } from './known-documents.ts';

/** A set that is too small doubles, which takes three times its memory for a moment. */
const EXPECTED_MARGIN = 1.02;

/**
 * Returns a full listing that adds the fingerprints of the live documents to `known` before its first batch. A source that
 * reports that nothing changed needs none of them, and reading them takes 0.34 µs each: most of the time of such a run over a
 * million documents.
 * @param ports `expected`: about how many there are
 */
export function withLiveDocuments(
  source: Pick<Source, 'read'>,
  known: KnownDocuments,
  { state, expected = 0 }: { readonly state: Pick<State, 'fingerprints'>; readonly expected?: number },
  position: Pick<Position, 'scope' | 'empty'>,
): Pick<Source, 'read'> {
  const load = async (): Promise<void> => {
    if (position.empty) return;
    known.live.expect(Math.ceil(expected * EXPECTED_MARGIN));
    for await (const chunk of state.fingerprints(position.scope, 'live')) known.live.addAll(chunk);
  };
  return {
    read: (checkpoint, signal, options) => afterLoading(source.read(checkpoint, signal, options), load),
  };
}

/** @throws BridgeError STATE_*, or what the source throws */
async function* afterLoading(
  batches: AsyncIterable<RowBatch>,
  load: () => Promise<void>,
): AsyncGenerator<RowBatch> {
  let begun = false;
  for await (const batch of batches) {
    if (!begun && batch.end?.unchanged !== true) await load();
    begun = true;
    yield batch;
  }
  // A source that stopped before its first batch proves nothing about the documents, so they count as held.
  if (!begun) await load();
}
