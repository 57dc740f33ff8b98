import type { DocumentCount } from '../../../state/studio/document-counts.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { LOCAL_TARGET, targetOf } from '../../run/job.ts';

/**
 * Counts the documents of a connector in the index, as `retire` does: in the target of its file on the server, and also documents
 * that are only marked as deleted. If the server has no valid file of it, those of all its targets are counted.
 * @throws BridgeError STATE_*
 */
export async function indexedDocuments(
  state: { documentCounts(connectorIds: readonly string[]): Promise<readonly DocumentCount[]> },
  catalog: Pick<Catalog, 'current'>,
  connectorId: string,
): Promise<number> {
  const entry = (await catalog.current()).connectors.get(connectorId);
  const own = entry === undefined ? undefined : targetOf(entry.connector.spec, false);
  const counts = await state.documentCounts([connectorId]);
  return counts
    .filter(({ target }) => (own === undefined ? !isLocal(target) : target === own))
    .reduce((sum, { documents }) => sum + documents, 0);
}

/** Documents of runs with `--local` are in no index. */
function isLocal(target: string): boolean {
  return target.split('#', 1)[0] === LOCAL_TARGET;
}
