import type { RouteSet } from '../http/route-set.ts';
import { historyPageRoutes } from './proposals/history-pages.ts';
import { historyApiRoutes, proposalApiRoutes } from './proposals/proposal-api.ts';
import { proposalPageRoutes } from './proposals/proposal-pages.ts';
import { answerStudioFailures } from './studio-failures.ts';
import type { StudioContext } from './studio-context.ts';

/** `/studio/…` for people and `/v1/studio/…` for programs. */
export function studioRoutes(context: StudioContext): RouteSet {
  return (app, _options, done) => {
    answerStudioFailures(app);
    void app.register(proposalApiRoutes(context));
    void app.register(historyApiRoutes(context));
    void app.register(proposalPageRoutes(context));
    void app.register(historyPageRoutes(context));
    done();
  };
}
