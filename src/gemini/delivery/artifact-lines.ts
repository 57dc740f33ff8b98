import type { ArtifactStore } from '../../pipeline/ports/ports.ts';

const LINE_FEED = 0x0a;

/** The lines of an artifact, in order, without line breaks. Only one line and its chunk are in memory at a time. */
export async function* linesOf(store: Pick<ArtifactStore, 'open'>, name: string): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  for await (const chunk of await store.open(name)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      begun.push(chunk.subarray(start, end));
      yield Buffer.concat(begun).toString('utf8');
      begun = [];
      start = end + 1;
    }
    // The bytes are copied, because the store may reuse the chunk's memory.
    if (start < chunk.length) begun.push(Buffer.from(chunk.subarray(start)));
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString('utf8');
}
