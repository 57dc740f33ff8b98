import type { Preview } from '../../../app/studio/preview/preview-service.ts';
import { actorOf } from '../../access/actor-of.ts';
import { abortSignalOf } from '../../http/abort-signal.ts';
import { failures } from '../../http/answer-schemas.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { PREVIEW_BODY_BYTES_MAX } from '../../limits.ts';
import type { StudioContext } from '../studio-context.ts';
import { columnsAnswer, previewAnswer, previewSchema, testSchema } from './preview-schemas.ts';

const config = { access: 'author' } as const;
const tags = ['studio'];
const bodyLimit = PREVIEW_BODY_BYTES_MAX;
const answers = failures(404, 409, 413, 415, 422, 502);

/** `/v1/studio/connectors/test` and `/v1/studio/connectors/preview`, for programs. Closing the connection stops a preview. */
export function previewApiRoutes({ previews }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.post(
      '/v1/studio/connectors/test',
      {
        config,
        bodyLimit,
        schema: {
          tags,
          summary: 'Test the connection of a draft',
          description:
            'Connects to the source and returns its columns. Reads no row, except for an API, whose first page is read.',
          body: testSchema,
          response: { 200: columnsAnswer, ...answers },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const { columns, milliseconds } = await previews.columns(
          request.body.text,
          actorOf(request),
          abortSignalOf(request),
        );
        return { columns: [...columns], milliseconds };
      },
    );
    app.post(
      '/v1/studio/connectors/preview',
      {
        config,
        bodyLimit,
        schema: {
          tags,
          summary: 'Preview the documents of a draft',
          description:
            'Reads the first rows of the source and returns the documents that a run would write. Writes nothing.',
          body: previewSchema,
          response: { 200: previewAnswer, ...answers },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const { text, events } = request.body;
        const [actor, signal] = [actorOf(request), abortSignalOf(request)];
        return answerOf(
          await (events === undefined
            ? previews.documents(text, actor, signal)
            : previews.samples(text, events, actor, signal)),
        );
      },
    );
    done();
  };
}

function answerOf({ columns, documents, quarantined, limitedBy, milliseconds }: Preview) {
  return {
    columns: [...columns],
    documents: documents.map(({ mimeType, readers, metadata, ...document }) => ({
      ...document,
      mime_type: mimeType,
      readers: readers === null ? null : [...readers],
      metadata: { ...metadata },
    })),
    quarantined: [...quarantined],
    limited_by: limitedBy,
    milliseconds,
  };
}
