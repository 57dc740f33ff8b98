import type { Static } from 'typebox';
import type { ChangeSubject, PlannedChange } from '../../../app/studio/changes/change-proposals.ts';
import { problemLine } from '../../../definitions/problem.ts';
import { actorOf } from '../../access/actor-of.ts';
import { failures } from '../../http/answer-schemas.ts';
import { HttpError } from '../../http/http-error.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { PROPOSAL_SECONDS_MAX, PROPOSALS_SHOWN_MAX } from '../../limits.ts';
import type { StudioContext } from '../studio-context.ts';
import {
  changeSchema,
  diffSchema,
  proposalAnswer,
  proposalIdParams,
  proposalSchema,
  proposalsQuery,
  proposalsSchema,
  requestOf,
} from './change-schemas.ts';

const AUTHOR = { access: 'author' } as const;
const READ = { access: 'read' } as const;
const tags = ['studio'];

/** A started proposal continues after its client has gone, so that it is never left half done without need. */
export function proposalSignal(): AbortSignal {
  return AbortSignal.timeout(PROPOSAL_SECONDS_MAX * 1_000);
}

/** `/v1/studio/connectors/propose` and `/v1/studio/connectors/diff`, for programs. */
export function proposalApiRoutes({ changes }: Pick<StudioContext, 'changes'>): RouteSet {
  return (app, _options, done) => {
    app.post(
      '/v1/studio/connectors/propose',
      {
        config: AUTHOR,
        schema: {
          tags,
          summary: 'Propose a change of a connector',
          description: 'Opens a pull request, or extends the open one of this connector.',
          body: changeSchema,
          response: { 201: proposalSchema, ...failures(404, 409, 413, 415, 422, 502) },
        },
      },
      async (request, reply) => {
        const order = requestOf(subjectOf(request.body), request.body);
        const record = await changes.propose(order, actorOf(request), proposalSignal());
        return reply.status(201).send(proposalAnswer(record));
      },
    );
    app.post(
      '/v1/studio/connectors/diff',
      {
        config: AUTHOR,
        schema: {
          tags,
          summary: 'Compute a change of a connector',
          description: 'Answers the files and a patch, and proposes nothing.',
          body: changeSchema,
          response: { 200: diffSchema, ...failures(404, 409, 413, 415, 422, 502) },
        },
      },
      async (request) => {
        const order = requestOf(subjectOf(request.body), request.body);
        return diffAnswer(await changes.plan(order, actorOf(request), proposalSignal()));
      },
    );
    done();
  };
}

/** `/v1/studio/proposals…`, for programs. */
export function historyApiRoutes({ changes }: Pick<StudioContext, 'changes'>): RouteSet {
  return (app, _options, done) => {
    app.get(
      '/v1/studio/proposals',
      {
        config: READ,
        schema: {
          tags,
          summary: 'List proposals, newest first',
          querystring: proposalsQuery,
          response: { 200: proposalsSchema, ...failures() },
        },
      },
      async (request) => {
        const { connector, state } = request.query;
        const filter = {
          ...(connector === undefined || connector === '' ? {} : { connectorId: connector }),
          limit: PROPOSALS_SHOWN_MAX,
        };
        const all = await changes.list(filter, actorOf(request), proposalSignal());
        const wanted = all.filter((each) => state === undefined || state === '' || each.state === state);
        return { proposals: wanted.map(proposalAnswer) };
      },
    );
    app.get(
      '/v1/studio/proposals/:id',
      {
        config: READ,
        schema: {
          tags,
          summary: 'Read a proposal',
          params: proposalIdParams,
          response: { 200: proposalSchema, ...failures(404) },
        },
      },
      async (request) =>
        proposalAnswer(await changes.find(request.params.id, actorOf(request), proposalSignal())),
    );
    done();
  };
}

function subjectOf({ draft, connector, action }: Static<typeof changeSchema>): ChangeSubject {
  if (draft !== undefined && connector === undefined && action === undefined) return { draftId: draft };
  if (draft === undefined && connector !== undefined && action !== undefined) {
    return { connectorId: connector, action };
  }
  throw new HttpError(
    'BAD_REQUEST',
    'The request names neither one draft nor one connector with an action.',
    {
      hint: 'Send either draft, or connector and action.',
    },
  );
}

function diffAnswer(plan: PlannedChange): Static<typeof diffSchema> {
  const { action, title, body, patch, files, notes, refusals, problems, conflict, documents } = plan;
  const errors = problems.filter(({ status }) => status === 'fail').map(problemLine);
  return {
    ...{ action, title, body, patch },
    connector: plan.connectorId,
    files: files.map(({ path, before, after }) => ({ path, before, after })),
    left_out: notes.map(({ text }) => text),
    refusals: [...refusals, ...errors],
    conflict:
      conflict === null
        ? null
        : { path: conflict.path, base: conflict.base, theirs: conflict.theirs, yours: conflict.yours },
    documents: documents?.count ?? null,
  };
}
