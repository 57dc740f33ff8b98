import { basename, extname } from 'node:path';
import type { Connector } from '../../definitions/connector/types.ts';
import { UNAVAILABLE_RETRY_AFTER_SECONDS } from '../../core/limits.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { PushRefusal } from '../../push/refusal.ts';

/**
 * Returns the push connector according to its current file.
 * @throws PushRefusal if no connector of this name takes pushes. The refusal is retryable while a file with errors may define
 *   the name, and permanent otherwise.
 */
export async function pushedConnector(catalog: Catalog, name: string): Promise<Connector> {
  const { connectors, problems, mayBeBroken } = await catalog.current();
  const connector = connectors.get(name)?.connector;
  if (connector === undefined) {
    const own = problems.some(({ place: { file } }) => basename(file, extname(file)) === name);
    if (mayBeBroken(name)) throw broken(name, own);
    throw new PushRefusal('CONNECTOR_UNKNOWN', `There is no connector ${JSON.stringify(name)}.`, {
      hint: 'Check the name in the path: it is metadata.name of the connector.',
    });
  }
  const { mode } = connector.spec;
  if (mode === 'rest_push') return connector;
  throw new PushRefusal('CONNECTOR_PULLS', `The connector ${name} takes no pushes: its mode is ${mode}.`, {
    hint: 'Push to a connector whose spec.mode is rest_push.',
  });
}

function broken(name: string, own: boolean): PushRefusal {
  const what = own
    ? `The file of the connector ${JSON.stringify(name)} has errors.`
    : `The connector ${JSON.stringify(name)} is not known, and a connector file that cannot be read may hold it.`;
  return new PushRefusal('CONNECTOR_BROKEN', what, {
    hint: 'Nothing was stored. Send it again when the file is correct; gemini-sync-bridge validate says what is wrong.',
    retryAfterSeconds: UNAVAILABLE_RETRY_AFTER_SECONDS,
  });
}
