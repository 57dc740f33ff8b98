import type { ServerContext } from '../context.ts';
import type { RouteSet } from '../http/route-set.ts';
import { boundBatches } from './bounded-batch.ts';
import { restBatchRoutes } from './rest-batch.ts';
import { sourcePageRoutes } from './source-pages.ts';

/** The route and the pages of knowledge sources. A server that stops aborts the batches in progress. */
export function knowledgeRoutes(context: ServerContext): RouteSet {
  return (app, _options, done) => {
    const batches = boundBatches(context.sources);
    app.addHook('preClose', (closing) => {
      batches.abort();
      closing();
    });
    void app.register(restBatchRoutes({ ...context, batches }));
    void app.register(sourcePageRoutes({ ...context, batches }));
    done();
  };
}
