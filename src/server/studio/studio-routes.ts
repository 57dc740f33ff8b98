import type { RouteSet } from '../http/route-set.ts';
import { catalogRoutes } from './catalog/catalog-routes.ts';
import { runNowRoutes } from './runs/run-now-routes.ts';
import { answerStudioFailures } from './studio-failures.ts';
import type { StudioContext } from './studio-context.ts';

/** `/studio/…` for people and `/v1/studio/…` for programs. */
export function studioRoutes(context: StudioContext): RouteSet {
  return (app, _options, done) => {
    answerStudioFailures(app);
    void app.register(catalogRoutes(context));
    void app.register(runNowRoutes(context));
    done();
  };
}
