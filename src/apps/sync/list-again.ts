import type { CollectionReader, EntityPage } from '../collection-reader.ts';
import { LISTINGS_MAX } from '../limits.ts';
import { SeenIds } from './seen-ids.ts';

interface ListedAgain {
  readonly reader: CollectionReader;
  /** The ids of the first listing. */
  readonly first: SeenIds;
  /** Stores a page, and may add the ids of its entities to `first`. */
  readonly store: (page: EntityPage) => Promise<void>;
  /** Whether an entity is still missing from all listings. */
  readonly anyMissing: () => Promise<boolean>;
}

/**
 * Lists a collection again, until a listing has every entity of the listing before it. An entity that moves to an earlier page while
 * the listing is read is in no page, and two listings can lack the same one.
 * @returns why the listings prove nothing; undefined if what they lack does not exist
 * @throws BridgeError SOURCE_*
 */
export async function listAgain(
  { reader, first, store, anyMissing }: ListedAgain,
  signal: AbortSignal,
): Promise<string | undefined> {
  let before = first;
  for (let listings = 1; listings < LISTINGS_MAX; listings++) {
    if (!(await anyMissing())) return undefined;
    const known = before.size;
    const seen = new SeenIds();
    let again = 0;
    const pages = reader.read(undefined, signal);
    for (let next = await pages.next(); ; next = await pages.next()) {
      signal.throwIfAborted();
      if (next.done === true) {
        const { incomplete } = next.value;
        if (incomplete !== undefined) return incomplete;
        break;
      }
      for (const { externalId } of next.value.records)
        if (seen.add(externalId) && before.has(externalId)) again++;
      await store(next.value);
    }
    if (again === known) return undefined;
    before = seen;
  }
  return `each of ${LISTINGS_MAX} listings lacked an entity of the one before, so entities move while they are listed`;
}
