import { actorOf } from '../../access/actor-of.ts';
import { abortSignalOf } from '../../http/abort-signal.ts';
import { failures } from '../../http/answer-schemas.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { PREVIEW_BODY_BYTES_MAX } from '../../limits.ts';
import type { StudioContext } from '../studio-context.ts';
import { countsAnswer, testSchema } from './preview-schemas.ts';

const tags = ['studio'];
const bodyLimit = PREVIEW_BODY_BYTES_MAX;
const answers = failures(404, 409, 413, 415, 422, 502);

/** `/v1/studio/connectors/counts`, for programs. Closing the connection stops the count. */
export function countApiRoutes({ previews }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.post(
      '/v1/studio/connectors/counts',
      {
        config: { access: 'operate' },
        bodyLimit,
        schema: {
          tags,
          summary: 'Count what a run of a draft would change',
          description:
            'Reads the whole source and compares it with the state, as a dry run does. Ends after 100 seconds.',
          body: testSchema,
          response: { 200: countsAnswer, ...answers },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const { holdReason, countedAt, ...counts } = await previews.counts(
          request.body.text,
          actorOf(request),
          abortSignalOf(request),
        );
        return { ...counts, hold_reason: holdReason, counted_at: countedAt };
      },
    );
    done();
  };
}
