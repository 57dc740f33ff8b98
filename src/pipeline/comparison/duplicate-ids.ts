import { BridgeError } from '../../core/errors.ts';
import { DUPLICATE_IDS_NAMED_MAX } from '../../core/limits.ts';
import { DUPLICATE_PLACES_NAMED_MAX } from '../limits.ts';
import { RowMapper } from '../map.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Source } from '../ports/ports.ts';
import type { RowPlace } from '../ports/row-place.ts';
import { placeText } from '../document/row-place.ts';

/** The duplicate ids, each with the known places of some of its rows. */
export type DuplicateIds = ReadonlyMap<string, readonly RowPlace[]>;

/**
 * Returns the error that names the duplicate ids.
 * @param ids at most `DUPLICATE_IDS_NAMED_MAX`; at that number, there may be more
 */
export function duplicateIdError(ids: DuplicateIds): BridgeError {
  const named = [...ids].map(([id, places]) => `${id}${placesText(places)}`);
  const more = ids.size >= DUPLICATE_IDS_NAMED_MAX ? ', and perhaps more' : '';
  return new BridgeError(
    'DUPLICATE_ID',
    `Several rows have the same document id: ${named.join(', ')}${more}.`,
    {
      hint: 'Choose a mapping.idField that is unique (it may be a list of columns), or make the rows of the source distinct.',
    },
  );
}

function placesText(places: readonly RowPlace[]): string {
  const texts = places.map(placeText).filter((text) => text !== '');
  const [only] = texts;
  if (only === undefined) return '';
  // If the source is not read again, only the later of the rows is known.
  return texts.length === 1 ? ` (again in ${only})` : ` (in ${texts.join('; ')})`;
}

/**
 * Reads the source again to find the places of the rows with duplicate ids: the ids of a listing are kept as hashes, without
 * places.
 * @returns the places known before if the source is not repeatable, or can no longer be read
 */
export async function withAllPlaces(
  ids: DuplicateIds,
  mapping: Mapping,
  source: Source,
  signal: AbortSignal,
): Promise<DuplicateIds> {
  if (source.repeatable !== true) return ids;
  const found = new Map<string, RowPlace[]>([...ids.keys()].map((id) => [id, []]));
  try {
    await collectPlaces(found, mapping, source, signal);
  } catch {
    // The duplicates are the failure to report; if a file changed in the meantime, only their places are missing.
    return ids;
  }
  return found;
}

async function collectPlaces(
  found: Map<string, RowPlace[]>,
  mapping: Mapping,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  let mapper: RowMapper | undefined;
  for await (const batch of source.read(undefined, signal)) {
    signal.throwIfAborted();
    mapper ??= new RowMapper(mapping, batch.columns);
    const rows = Array.from({ length: batch.count }, (_, row) => row);
    for (const { row, docId } of mapper.identify({ batch, firstRow: 1 }, rows).rows) {
      const places = found.get(docId);
      const place = batch.placeOf?.(row);
      if (places === undefined || place === undefined) continue;
      if (places.length < DUPLICATE_PLACES_NAMED_MAX) places.push(place);
    }
    if ([...found.values()].every(({ length }) => length >= DUPLICATE_PLACES_NAMED_MAX)) return;
  }
}
