import type { ServerContext } from '../context.ts';
import type { BoundedBatches } from './bounded-batch.ts';

/** What the routes of knowledge sources require. */
export interface KnowledgeContext extends Pick<ServerContext, 'sources' | 'log' | 'clock' | 'studio'> {
  readonly batches: BoundedBatches;
}
