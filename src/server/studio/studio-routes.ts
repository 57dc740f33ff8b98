import type { RouteSet } from '../http/route-set.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { secretApiRoutes } from './secrets/secret-api.ts';
import { secretPageRoutes } from './secrets/secret-pages.ts';
import { historyPageRoutes } from './proposals/history-pages.ts';
import { historyApiRoutes, proposalApiRoutes } from './proposals/proposal-api.ts';
import { proposalPageRoutes } from './proposals/proposal-pages.ts';
import { catalogRoutes } from './catalog/catalog-routes.ts';
import { runNowRoutes } from './runs/run-now-routes.ts';
import { draftApiRoutes } from './drafts/draft-api.ts';
import { checkRoute } from './editor/check-route.ts';
import { editorRoutes } from './editor/editor-routes.ts';
import { startRoutes } from './editor/start-routes.ts';
import { countApiRoutes } from './preview/count-api.ts';
import { previewApiRoutes } from './preview/preview-api.ts';
import { previewPageRoutes } from './preview/preview-routes.ts';
import { answerStudioFailures } from './studio-failures.ts';
import type { StudioContext } from './studio-context.ts';

/** `/studio/…` for people and `/v1/studio/…` for programs. */
export function studioRoutes(context: StudioContext): RouteSet {
  return (app, _options, done) => {
    answerStudioFailures(app);
    void app.register(auditRoutes(context));
    void app.register(secretApiRoutes(context));
    void app.register(secretPageRoutes(context));
    void app.register(proposalApiRoutes(context));
    void app.register(historyApiRoutes(context));
    void app.register(proposalPageRoutes(context));
    void app.register(historyPageRoutes(context));
    void app.register(catalogRoutes(context));
    void app.register(runNowRoutes(context));
    void app.register(draftApiRoutes(context));
    void app.register(startRoutes(context));
    void app.register(editorRoutes(context));
    void app.register(checkRoute(context));
    void app.register(previewApiRoutes(context));
    void app.register(countApiRoutes(context));
    void app.register(previewPageRoutes(context));
    done();
  };
}
