import type { Endpoint } from '../../core/endpoint.ts';
import type { Logger } from '../../core/log.ts';
import { sleep, type RetryPolicy } from '../../core/retry.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import { openEmbedder } from '../../knowledge/embeddings/open-embedder.ts';
import { openKnowledgeEngine } from '../../knowledge/engine.ts';
import type { Knowledge } from '../../knowledge/knowledge.ts';
import { searchChunks } from '../../knowledge/search/search.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { fencedLeases } from '../../state/leases/fenced-lease.ts';
import { LEASE_TIMING, type LeaseTiming } from '../../state/leases/leases.ts';
import { secretRows } from '../../state/secrets/secret-rows.ts';
import { openStateDatabase } from '../../state/state-database.ts';
import { definitionSecrets } from '../secrets/definition-secrets.ts';
import { permitOf, type PolicyPlace } from '../catalog/policy.ts';
import { stateLocation } from '../run/state-location.ts';

/** The environment of knowledge sources. */
export interface KnowledgeContext extends SecretVariables, PolicyPlace {
  /** Undefined for the embedded database. */
  readonly databaseUrl: string | undefined;
  readonly embeddings: {
    /** The key of the embedding API; without one, the offline embedder is used. */
    readonly apiKey: string | undefined;
    readonly endpoint: Endpoint | undefined;
  };
  readonly proxy: ProxySettings;
  readonly retry: RetryPolicy;
  readonly log: Logger;
  /** Learns every secret that is read. */
  readonly redactor: Redactor;
  /** For tests. */
  readonly leaseTiming?: LeaseTiming;
}

/**
 * The composition root of knowledge sources: opens the state database, the embedder and the engine. The caller closes the result.
 * @throws BridgeError STATE_*, ENVIRONMENT_INVALID
 */
export async function openKnowledge(context: KnowledgeContext): Promise<Knowledge> {
  const { embeddings, redactor, leaseTiming = LEASE_TIMING, ...shared } = context;
  const environment = { ...shared, redactor, clock: systemClock, wait: sleep };
  const database = await openStateDatabase({
    ...stateLocation(context),
    kind: 'knowledge_source',
    readOnly: false,
  });
  const rows = secretRows(database, { readOnly: false });
  try {
    const embedder = await openEmbedder({ ...environment, ...embeddings });
    return await openKnowledgeEngine({
      ...environment,
      database,
      embedder,
      acquireLease: fencedLeases(database, leaseTiming),
      accessOf: async (definition) => {
        const permit = await permitOf(definition, context);
        return definitionSecrets(definition, permit, rows, context, systemClock);
      },
      search: (query, signal) => searchChunks(database, embedder, query, signal),
      async close() {
        await embedder.close();
        await database.close();
      },
    });
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}
