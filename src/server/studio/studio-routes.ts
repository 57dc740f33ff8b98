import type { RouteSet } from '../http/route-set.ts';
import { draftApiRoutes } from './drafts/draft-api.ts';
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
    void app.register(draftApiRoutes(context));
    void app.register(startRoutes(context));
    void app.register(editorRoutes(context));
    void app.register(previewApiRoutes(context));
    void app.register(countApiRoutes(context));
    void app.register(previewPageRoutes(context));
    done();
  };
}
