import { Readable } from 'node:stream';
import type { AuditFilter, RecordedAuditEvent } from '../../../core/access/audit-log.ts';
import { Type } from 'typebox';
import { actorOf } from '../../access/actor-of.ts';
import { failures } from '../../http/answer-schemas.ts';
import { HttpError } from '../../http/http-error.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { viewerOf } from '../elements/viewer.ts';
import { AUDIT_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { auditPage } from './audit-page.tsx';
import { auditPageSchema, eventAnswer } from './event-answer.ts';
import { auditExportSchema, auditFilter, auditQuerySchema, type AuditQuery } from './query-schema.ts';

const ADMIN = { access: 'admin' } as const;
const HTML = 'text/html; charset=utf-8';

/** `/studio/audit` for people, `/v1/studio/audit` and `/v1/studio/audit.ndjson` for programs. */
export function auditRoutes({ auditEvents }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.get(
      AUDIT_PATH,
      { config: ADMIN, schema: { hide: true, querystring: auditQuerySchema } },
      async (request, reply) => {
        const { before, limit, ...asked } = request.query;
        const common = { asked, isFirst: before === undefined, limit, viewer: viewerOf(request.caller) };
        const filter = filterOrProblem(asked);
        if (filter instanceof HttpError) {
          const none = { events: [], before: undefined, problem: filter };
          return reply
            .status(filter.status)
            .type(HTML)
            .send(auditPage({ ...none, ...common }));
        }
        const page = await auditEvents.page(filter, { before, limit }, actorOf(request));
        return reply.type(HTML).send(auditPage({ ...page, ...common }));
      },
    );

    app.get(
      '/v1/studio/audit',
      {
        config: ADMIN,
        schema: {
          tags: ['studio'],
          summary: 'The audit log',
          description: 'Who did what on which object, with what outcome; newest first.',
          querystring: auditQuerySchema,
          response: { 200: auditPageSchema, ...failures() },
        },
      },
      async (request) => {
        const { before, limit, ...asked } = request.query;
        const page = await auditEvents.page(auditFilter(asked), { before, limit }, actorOf(request));
        return { events: page.events.map(eventAnswer), next_before: page.before ?? null };
      },
    );

    app.get(
      '/v1/studio/audit.ndjson',
      {
        config: ADMIN,
        // An export is recorded, so a request for its headers alone would leave an entry too.
        exposeHeadRoute: false,
        schema: {
          tags: ['studio'],
          summary: 'Export the audit log',
          description:
            'One entry of the audit log per line, oldest first, without a limit. The export itself is recorded in the audit log. An answer that ends without its last chunk is incomplete.',
          querystring: auditExportSchema,
          produces: ['application/x-ndjson'],
          response: {
            200: {
              description: 'The entries, one JSON object per line.',
              content: { 'application/x-ndjson': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
            },
            ...failures(),
          },
        },
      },
      async (request, reply) => {
        const events = await auditEvents.export(auditFilter(request.query), actorOf(request));
        return reply
          .type('application/x-ndjson; charset=utf-8')
          .header('content-disposition', 'attachment; filename="audit.ndjson"')
          .send(Readable.from(lines(events)));
      },
    );
    done();
  };
}

/** A person gets the filter back with its problem. */
function filterOrProblem(asked: AuditQuery): AuditFilter | HttpError {
  try {
    return auditFilter(asked);
  } catch (thrown) {
    if (thrown instanceof HttpError) return thrown;
    throw thrown;
  }
}

async function* lines(events: AsyncIterable<RecordedAuditEvent>) {
  for await (const event of events) yield `${JSON.stringify(eventAnswer(event))}\n`;
}
