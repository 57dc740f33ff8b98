import { actorOf } from '../../access/actor-of.ts';
import { takeFlash } from '../../http/flash.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { PROPOSALS_SHOWN_MAX } from '../../limits.ts';
import { viewerOf } from '../elements/viewer.ts';
import { PROPOSALS_PATH, STUDIO_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { proposalIdParams, proposalsQuery } from './change-schemas.ts';
import { proposalPage } from './pages/proposal-page.tsx';
import { proposalsPage } from './pages/proposals-page.tsx';
import { proposalSignal } from './proposal-api.ts';

const HTML = 'text/html; charset=utf-8';
const READ = { access: 'read' } as const;

/** The history of proposals, and the page of each. */
export function historyPageRoutes({ changes, clock }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.get(
      PROPOSALS_PATH,
      { config: READ, schema: { hide: true, querystring: proposalsQuery } },
      async (request, reply) => {
        const { connector = '', state = '' } = request.query;
        const filter = {
          ...(connector === '' ? {} : { connectorId: connector }),
          limit: PROPOSALS_SHOWN_MAX,
        };
        const all = await changes.list(filter, actorOf(request), proposalSignal());
        const page = proposalsPage({
          proposals: all.filter((each) => state === '' || each.state === state),
          filter: { connector, state },
          canPropose: changes.canPropose,
          tokenWarning: changes.tokenWarning(),
          now: clock.now().toISOString(),
          flash: takeFlash(STUDIO_PATH, request, reply),
          viewer: viewerOf(request.caller),
        });
        return reply.type(HTML).send(page);
      },
    );
    app.get(
      `${PROPOSALS_PATH}/:id`,
      { config: READ, schema: { hide: true, params: proposalIdParams } },
      async (request, reply) => {
        const actor = actorOf(request);
        const proposal = await changes.find(request.params.id, actor, proposalSignal());
        const texts = await changes.filesOf(proposal, actor, proposalSignal());
        const page = proposalPage({
          proposal,
          texts,
          now: clock.now().toISOString(),
          flash: takeFlash(STUDIO_PATH, request, reply),
          viewer: viewerOf(request.caller),
        });
        return reply.type(HTML).send(page);
      },
    );
    done();
  };
}
