import { Readable } from 'node:stream';
import type { RecordedAuditEvent } from '../../../core/access/audit-log.ts';
import { Type } from 'typebox';
import { actorOf } from '../../access/actor-of.ts';
import { failures } from '../../http/answer-schemas.ts';
import type { RouteSet } from '../../http/route-set.ts';
import { viewerOf } from '../elements/viewer.ts';
import { AUDIT_PATH } from '../paths.ts';
import type { StudioContext } from '../studio-context.ts';
import { auditPage } from './audit-page.tsx';
import { auditPageSchema, eventAnswer } from './event-answer.ts';
import { auditExportSchema, auditFilter, auditQuerySchema } from './query-schema.ts';

const ADMIN = { access: 'admin' } as const;

/** `/studio/audit` for people, `/v1/studio/audit` and `/v1/studio/audit.ndjson` for programs. */
export function auditRoutes({ auditEvents, clock }: StudioContext): RouteSet {
  return (app, _options, done) => {
    app.get(
      AUDIT_PATH,
      { config: ADMIN, schema: { hide: true, querystring: auditQuerySchema } },
      async (request, reply) => {
        const { before, limit, ...asked } = request.query;
        const page = await auditEvents.page(auditFilter(asked), { before, limit }, actorOf(request));
        const viewer = viewerOf(request.caller);
        const now = clock.now().toISOString();
        return reply
          .type('text/html; charset=utf-8')
          .send(auditPage({ ...page, asked, isFirst: before === undefined, limit, viewer, now }));
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

async function* lines(events: AsyncIterable<RecordedAuditEvent>) {
  for await (const event of events) yield `${JSON.stringify(eventAnswer(event))}\n`;
}
