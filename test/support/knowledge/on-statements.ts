import type { KnowledgePlace } from './knowledge-place.ts';

/**
 * Calls a function before each statement of the transaction that stores the next embeddings, with its number from 1,
 * and before the statement that releases the lease afterwards. If the function throws, the statement fails.
 */
export function onStatements(
  { database, embedder }: Pick<KnowledgePlace, 'database' | 'embedder'>,
  reached: (statement: number | 'release', sql: string) => void,
): { stop(): void } {
  let number: number | undefined;
  const embed = embedder.embed.bind(embedder);
  const begin: typeof embed = async (...args) => {
    const embedded = await embed(...args);
    number = 0;
    return embedded;
  };
  Object.assign(embedder, { embed: begin });
  const listener = ({ sql }: { sql: string }) => {
    if (number === undefined) return;
    if (sql.startsWith('update') && sql.includes('connector_leases')) {
      reached('release', sql);
      return;
    }
    number += 1;
    reached(number, sql);
  };
  database.knex.on('query', listener);
  return {
    stop() {
      database.knex.removeListener('query', listener);
      Object.assign(embedder, { embed });
    },
  };
}
