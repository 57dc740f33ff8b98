import { Type } from 'typebox';
import { actorOf } from '../../access/actor-of.ts';
import { failures } from '../../http/answer-schemas.ts';
import { abortSignalOf } from '../../http/abort-signal.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { DRAFT_JSON_BYTES_MAX } from '../../limits.ts';
import type { StudioContext } from '../studio-context.ts';
import {
  changeSchema,
  draftAnswer,
  draftFacts,
  draftIdParams,
  draftListSchema,
  draftSchema,
  orderSchema,
  problemsAnswer,
  problemsSchema,
  validateSchema,
} from './draft-schemas.ts';

const config = { access: 'author' } as const;
const tags = ['studio'];
const bodyLimit = DRAFT_JSON_BYTES_MAX;

/** `/v1/studio/drafts…` and `/v1/studio/connectors/validate`, for programs. */
export function draftApiRoutes(context: StudioContext): RouteSet {
  return (app, _options, done) => {
    void app.register(allDraftsRoutes(context));
    void app.register(oneDraftRoutes(context));
    void app.register(validateRoutes(context));
    done();
  };
}

function allDraftsRoutes({ drafts }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.post(
      '/v1/studio/drafts',
      {
        config,
        bodyLimit,
        schema: {
          tags,
          summary: 'Create a draft of a connector',
          description: 'For `edit`, answers the draft that exists, if there is one.',
          body: orderSchema,
          response: { 201: draftSchema, ...failures(404, 409, 413, 415, 422, 502) },
        },
      },
      async (request, reply) => {
        const { intent, connector: connectorId = '', text } = request.body;
        const order = { intent, connectorId, ...(text === undefined ? {} : { text }) };
        const draft = await drafts.create(order, actorOf(request), abortSignalOf(request));
        return reply.status(201).send(draftAnswer(draft));
      },
    );
    app.get(
      '/v1/studio/drafts',
      {
        config,
        schema: { tags, summary: 'List your drafts', response: { 200: draftListSchema, ...failures() } },
      },
      async (request) => ({ drafts: (await drafts.list(actorOf(request))).map(draftFacts) }),
    );
    done();
  };
}

function oneDraftRoutes({ drafts }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.get(
      '/v1/studio/drafts/:id',
      {
        config,
        schema: {
          tags,
          summary: 'Read a draft',
          params: draftIdParams,
          response: { 200: draftSchema, ...failures(404) },
        },
      },
      async (request) => draftAnswer(await drafts.find(request.params.id, actorOf(request))),
    );
    app.put(
      '/v1/studio/drafts/:id',
      {
        config,
        bodyLimit,
        schema: {
          tags,
          summary: 'Change the text of a draft',
          description: 'Answers 409 and changes nothing if the draft has another version.',
          params: draftIdParams,
          body: changeSchema,
          response: { 200: draftSchema, ...failures(404, 409, 413, 415, 422) },
        },
      },
      async (request) => draftAnswer(await drafts.save(request.params.id, request.body, actorOf(request))),
    );
    app.delete(
      '/v1/studio/drafts/:id',
      {
        config,
        schema: {
          tags,
          summary: 'Discard a draft',
          params: draftIdParams,
          response: {
            204: Type.Null({ description: 'The draft is discarded.' }),
            ...failures(404, 413, 415),
          },
        },
      },
      async (request, reply) => {
        await drafts.discard(request.params.id, actorOf(request));
        return reply.status(204).send(null);
      },
    );
    done();
  };
}

function validateRoutes({ draftChecker }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.post(
      '/v1/studio/connectors/validate',
      {
        config,
        bodyLimit,
        schema: {
          tags,
          summary: 'Check the text of a definition',
          description:
            'Checks it together with the definitions of the server, as the command validate does, and saves nothing.',
          body: validateSchema,
          response: { 200: problemsSchema, ...failures(413, 415) },
        },
      },
      async ({ body: { text, file = '' } }) => {
        const intent = file === '' ? 'create' : 'edit';
        return problemsAnswer(await draftChecker.check({ intent, path: file, text }));
      },
    );
    done();
  };
}
