import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import type { Embedder } from '../embedder.ts';
import { chunksByHash, type ItemPlace, type StoredChunk } from '../store/chunks.ts';
import { refusedHashes, type RefusedText } from '../store/set-aside.ts';
import type { BatchBudget } from './budget.ts';
import type { PageChunk } from './item-chunks.ts';

/** What is to be done with the chunks of a page. */
export interface EmbeddedPage {
  /** Chunks that no page had before, with their vectors. */
  readonly added: readonly (PageChunk & { readonly vector: Float32Array })[];
  /** Stored chunks whose vector is of another embedder, with the new one. */
  readonly replaced: readonly (StoredChunk & { readonly vector: Float32Array; readonly place: ItemPlace })[];
  /** Stored chunks that stay as they are. */
  readonly known: readonly StoredChunk[];
  readonly refused: readonly RefusedText[];
  /** Hashes of texts that were refused before and not sent again. */
  readonly refusedBefore: readonly string[];
}

/**
 * Finds out which chunks of a page are stored, and embeds the others. It writes nothing and holds no transaction.
 * @throws BridgeError EMBEDDINGS_*
 */
export async function embeddedPage(
  knex: Knex,
  sourceId: string,
  chunks: readonly PageChunk[],
  { embedder, budget }: { readonly embedder: Embedder; readonly budget: BatchBudget },
  signal: AbortSignal,
): Promise<EmbeddedPage> {
  const hashes = chunks.map(({ hash }) => hash);
  const stored = new Map<string, StoredChunk[]>();
  for (const chunk of await chunksByHash(knex, sourceId, hashes)) {
    const ofHash = stored.get(chunk.content_hash);
    if (ofHash === undefined) stored.set(chunk.content_hash, [chunk]);
    else ofHash.push(chunk);
  }
  const isCurrent = (chunk: StoredChunk) => chunk.embedder === embedder.name;
  const wanting = chunks.filter(({ hash }) => stored.get(hash)?.every(isCurrent) !== true);
  const scope = { sourceId, embedder: embedder.name };
  const refusedBefore = await refusedHashes(
    knex,
    scope,
    wanting.map(({ hash }) => hash),
  );
  const toEmbed = wanting.filter(({ hash }) => !refusedBefore.has(hash));
  const vectors = await embedded(toEmbed, embedder, budget, signal);
  const page = {
    added: [] as EmbeddedPage['added'][number][],
    replaced: [] as EmbeddedPage['replaced'][number][],
    known: [] as StoredChunk[],
    refused: [] as RefusedText[],
    refusedBefore: [...refusedBefore],
  };
  for (const chunk of chunks) {
    const ofHash = stored.get(chunk.hash) ?? [];
    const outcome = vectors.get(chunk.hash);
    if (outcome !== undefined && 'refused' in outcome)
      page.refused.push({ hash: chunk.hash, item: itemOf(chunk), reason: outcome.refused });
    const vector = outcome !== undefined && 'vector' in outcome ? outcome.vector : undefined;
    if (ofHash.length === 0 && vector !== undefined) page.added.push({ ...chunk, vector });
    for (const one of ofHash) {
      if (isCurrent(one) || vector === undefined) page.known.push(one);
      else page.replaced.push({ ...one, vector, place: placeOf(chunk) });
    }
  }
  return page;
}

/** The item of a chunk, as `metadata` names it. */
export function placeOf({ document, itemIndex }: PageChunk): ItemPlace {
  return document === null ? { itemIndex } : { itemId: document.itemId };
}

function itemOf({ document, itemIndex }: PageChunk): string {
  return document?.itemId ?? `item ${itemIndex + 1}`;
}

type Outcome = Awaited<ReturnType<Embedder['embed']>>[number];

/** @throws BridgeError EMBEDDINGS_* */
async function embedded(
  chunks: readonly PageChunk[],
  embedder: Embedder,
  budget: BatchBudget,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Outcome>> {
  // Without new texts the embedding API is not asked, so a pass over unchanged data does not depend on it.
  if (chunks.length === 0) return new Map();
  const texts = chunks.map(({ text }) => text);
  const outcomes = await budget.within('batchMs', signal, tooLate, (alive) => embedder.embed(texts, alive));
  return new Map(chunks.flatMap(({ hash }, index) => pairOf(hash, outcomes[index])));
}

function pairOf(hash: string, outcome: Outcome | undefined): [string, Outcome][] {
  if (outcome !== undefined) return [[hash, outcome]];
  throw new BridgeError(
    'EMBEDDINGS_INVALID',
    'There are fewer embeddings than texts, so nothing was stored.',
    {
      hint: 'Check OPENAI_BASE_URL.',
    },
  );
}

function tooLate(): BridgeError {
  return new BridgeError(
    'EMBEDDINGS_UNREACHABLE',
    'The embeddings of the page were not ready in time, so nothing was stored.',
    {
      hint: 'Run the batch again; if that keeps failing, set a smaller config.defaultPageSize.',
    },
  );
}
