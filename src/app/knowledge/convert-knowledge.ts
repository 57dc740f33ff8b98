import { requireCurrentSchema } from '../../database/migrations.ts';
import { preparedDatabase } from '../../database/prepared-database.ts';
import { convertEmbeddings, type Conversion } from '../../knowledge/convert-embeddings.ts';
import { stateLocation } from '../run/state-location.ts';

/**
 * Stores the embeddings of a Postgres database as vectors of pgvector.
 * @param progress called with the number of chunks that were converted
 * @throws BridgeError as `convertEmbeddings` does, and STATE_* or ENVIRONMENT_INVALID
 */
export async function convertKnowledge(
  place: Parameters<typeof stateLocation>[0],
  progress: (chunks: number) => void,
  signal: AbortSignal,
): Promise<Conversion> {
  const database = await preparedDatabase(stateLocation(place), async (opening) => {
    if (!opening.embedded) await requireCurrentSchema(opening);
  });
  try {
    return await convertEmbeddings(database, progress, signal);
  } finally {
    await database.close();
  }
}
