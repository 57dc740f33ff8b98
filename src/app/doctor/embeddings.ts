import { toBridgeError } from '../../core/errors.ts';
import { requireCurrentSchema } from '../../database/migrations.ts';
import { preparedDatabase } from '../../database/prepared-database.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import { embeddingStorage, type EmbeddingStorage } from '../../knowledge/embedding-column.ts';
import { stateLocation } from '../run/state-location.ts';
import { check, ok, skip, warn, type DoctorFinding } from './finding.ts';

/** How the database stores the embeddings of knowledge sources, and whether pgvector could store them. Writes nothing. */
export function embeddingFindings(
  place: Parameters<typeof stateLocation>[0],
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const address = stateLocation(place);
  return check('embeddings', signal, async () => {
    if (address.url === undefined) {
      return [
        ok('embeddings', 'The embedded database stores embeddings as bytes; searches compare each one.'),
      ];
    }
    try {
      const database = await preparedDatabase(address, requireCurrentSchema);
      try {
        return [finding(await withStateErrors(database)(embeddingStorage)())];
      } finally {
        await database.close();
      }
    } catch (thrown) {
      // The check of the state reports these errors in more detail.
      if (!toBridgeError(thrown).code.startsWith('STATE_')) throw thrown;
      return skip(['embeddings'], 'the state database cannot be read');
    }
  });
}

const CONVERT = 'gemini-sync-bridge kb convert-embeddings';

function finding({ storage, type, pgvector, hasIndex, available }: EmbeddingStorage): DoctorFinding {
  switch (storage) {
    case 'vector': {
      const search = hasIndex ? 'searches use its index' : 'searches compare each one';
      return ok('embeddings', `pgvector ${pgvector ?? ''} stores embeddings as ${type}; ${search}.`);
    }
    case 'bytes':
      if (pgvector !== null) {
        return warn(
          'embeddings',
          `Embeddings are stored as ${type}, although pgvector ${pgvector} is installed.`,
          `Run: ${CONVERT}`,
        );
      }
      if (available !== null) {
        return ok(
          'embeddings',
          `Embeddings are stored as ${type}. pgvector ${available} is available and not installed; for faster searches, run create extension vector as an owner of the database, then ${CONVERT}.`,
        );
      }
      return ok(
        'embeddings',
        `Embeddings are stored as ${type}, and this server has no pgvector; searches compare each one.`,
      );
    case 'other':
      return warn(
        'embeddings',
        `The column kb_chunks.embedding has the type ${type}, to which embeddings cannot be written.`,
        'Change its type to vector(1536) or bytea with SQL.',
      );
  }
}
