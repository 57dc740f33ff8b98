import type { RouteSet } from '../http/route-set.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { secretApiRoutes } from './secrets/secret-api.ts';
import { secretPageRoutes } from './secrets/secret-pages.ts';
import { answerStudioFailures } from './studio-failures.ts';
import type { StudioContext } from './studio-context.ts';

/** `/studio/…` for people and `/v1/studio/…` for programs. */
export function studioRoutes(context: StudioContext): RouteSet {
  return (app, _options, done) => {
    answerStudioFailures(app);
    void app.register(auditRoutes(context));
    void app.register(secretApiRoutes(context));
    void app.register(secretPageRoutes(context));
    done();
  };
}
