import type { ManagedSource } from '../../app/knowledge/managed-sources.ts';
import { toBridgeError } from '../../core/errors.ts';
import { batchError } from './batch-error.ts';
import type { KnowledgeContext } from './knowledge-context.ts';

/** @throws HttpError NOT_FOUND */
export async function foundSource(
  id: string,
  { sources, clock }: Pick<KnowledgeContext, 'sources' | 'clock'>,
): Promise<ManagedSource> {
  try {
    return await sources.find(id);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    throw error.code === 'KNOWLEDGE_SOURCE_UNKNOWN' ? batchError(error, id, clock).http : error;
  }
}
