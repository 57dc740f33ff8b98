import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PushIntake } from '../../app/push/intake.ts';
import { PushRefusal } from '../../push/refusal.ts';
import { PUSH_KEY_CHARACTERS_MAX } from '../limits.ts';
import { failures } from '../http/answer-schemas.ts';
import { LOOPBACK_CALLER } from '../access/loopback-gate.ts';
import type { ServerContext } from '../context.ts';
import { HttpError, type HttpErrorCode } from '../http/http-error.ts';
import type { RouteSet } from '../http/route-set.ts';
import {
  nothingAcceptedSchema,
  pushBodySchema,
  pushHeadersSchema,
  pushParamsSchema,
  storedAnswerSchema,
} from './schemas.ts';
import { bodyFormatOf } from './body-format.ts';

const STATUS = { stored: 202, replayed: 202, nothing_accepted: 422 } as const;

const HTTP_CODE: Readonly<Record<PushRefusal['code'], HttpErrorCode>> = {
  BODY_INVALID: 'BAD_REQUEST',
  BODY_TOO_LARGE: 'TOO_LARGE',
  KEY_REUSED: 'CONFLICT',
  CONNECTOR_UNKNOWN: 'NOT_FOUND',
  CONNECTOR_PULLS: 'CONFLICT',
  CONNECTOR_BROKEN: 'UNAVAILABLE',
  QUEUE_FULL: 'TOO_MANY_REQUESTS',
  BUSY: 'UNAVAILABLE',
};

/** `POST /v1/connectors/{connector_id}/events` */
export function pushRoutes({ intake }: ServerContext): RouteSet {
  return (app, _options, done) => {
    // The body stays a stream, whatever its type; the intake reads it event by event.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _body, parsed) => {
      parsed(null);
    });
    app.post(
      '/v1/connectors/:connector_id/events',
      {
        config: { access: 'push' },
        // The schemas only document the route: the intake validates bodies event by event, and headers have their own error
        // messages.
        validatorCompiler: () => () => true,
        schema: {
          tags: ['push'],
          summary: 'Push documents of a connector',
          description:
            'Stores events for the next run of the connector, which applies them in their order. Durable when it answers 202.',
          params: pushParamsSchema,
          headers: pushHeadersSchema,
          body: pushBodySchema,
          response: {
            202: storedAnswerSchema,
            422: nothingAcceptedSchema,
            ...failures(404, 409, 413, 415),
          },
        },
      },
      (request, reply) => push(intake, request.params.connector_id, request, reply),
    );
    done();
  };
}

async function push(
  intake: PushIntake,
  connectorId: string,
  { headers, raw, caller }: Pick<FastifyRequest, 'headers' | 'raw' | 'caller'>,
  reply: Pick<FastifyReply, 'status' | 'header' | 'type' | 'send'>,
): Promise<void> {
  const idempotencyKey = idempotencyKeyOf(headers['idempotency-key']);
  const format = bodyFormatOf(headers);
  // An iterator that is left early must not destroy the stream, because the same connection carries the response.
  const body = raw.iterator({ destroyOnReturn: false });
  try {
    const push = {
      connectorId,
      idempotencyKey,
      pushedBy: caller?.name ?? LOOPBACK_CALLER.name,
      format,
      body,
    };
    const { kind, answer } = await intake.receive(push);
    if (kind === 'replayed') reply.header('idempotency-replayed', 'true');
    // The handler awaits this: if it returned before the response is sent, an additional empty response would be sent.
    await reply.status(STATUS[kind]).type('application/json; charset=utf-8').send(answer);
  } catch (thrown) {
    throw thrown instanceof PushRefusal ? httpErrorOf(thrown) : thrown;
  } finally {
    raw.resume();
  }
}

function idempotencyKeyOf(header: unknown): string {
  if (typeof header === 'string' && header.length <= PUSH_KEY_CHARACTERS_MAX && /^[!-~]+$/.test(header)) {
    return header;
  }
  const message =
    header === undefined || header === ''
      ? 'The header Idempotency-Key is missing.'
      : `The header Idempotency-Key is not 1 to ${PUSH_KEY_CHARACTERS_MAX} visible ASCII characters.`;
  throw new HttpError('BAD_REQUEST', message, {
    hint: 'Give each push a key of its own, such as a UUID, and the same key when you send it again.',
  });
}

function httpErrorOf({ code, message, hint, retryAfterSeconds }: PushRefusal): HttpError {
  return new HttpError(HTTP_CODE[code], message, {
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
