import { Type, type Static } from 'typebox';
import { BATCH_ANSWER_MS_MAX, SOURCE_ID_CHARACTERS_MAX } from '../limits.ts';

/** Postgres fails on NUL characters, which no id contains. */
export const sourceIdSchema = Type.String({
  minLength: 1,
  maxLength: SOURCE_ID_CHARACTERS_MAX,
  pattern: '^[^\\u0000]*$',
  description: 'Id of the knowledge source, `kb_sources.id`, or the name in its YAML file.',
});

export const batchBodySchema = Type.Object({ sourceId: sourceIdSchema }, { additionalProperties: false });

function orNull(type: 'string' | 'integer', description: string) {
  return { type: [type, 'null'], description } as const;
}

const next = Type.Unsafe<string | null>(
  orNull('string', 'The next cursor, offset or page as plain text; null at the end of a pass.'),
);

export const batchAnswerSchema = Type.Object(
  {
    ok: Type.Literal(true),
    done: Type.Boolean({
      description: 'Whether the pass is complete. The call after that begins the next pass.',
    }),
    items: Type.Integer({ minimum: 0, description: 'Items on the page.' }),
    next,
    url: Type.String({ description: 'The requested address, absolute, without secrets.' }),
    status: Type.Integer({ description: 'The HTTP status of the source.' }),
  },
  { additionalProperties: false, description: 'One page was read and stored.' },
);

export const batchFailureSchema = Type.Object(
  {
    ok: Type.Literal(false),
    done: Type.Literal(false),
    items: Type.Literal(0),
    next,
    url: Type.Unsafe<string | null>(
      orNull('string', 'The requested address, without secrets; null if none was requested.'),
    ),
    status: Type.Unsafe<number | null>(
      orNull('integer', 'The HTTP status of the source; null without a response.'),
    ),
    error: Type.Object(
      {
        code: Type.String({
          description: 'Stable name of the failure; docs/errors.md has those of sources.',
        }),
        message: Type.String({ description: "What failed; never in the source's own words." }),
        hint: Type.Optional(Type.String({ description: 'What to do next.' })),
      },
      { additionalProperties: false },
    ),
    request_id: Type.String({ description: 'Names this request in the log of the server.' }),
  },
  {
    $id: 'BatchFailure',
    additionalProperties: false,
    title: 'BatchFailure',
    description: 'The request failed. Nothing was stored, and `next` is unchanged.',
  },
);

export type BatchFailure = Static<typeof batchFailureSchema>;

const RETRY_AFTER = {
  'Retry-After': { type: 'integer', minimum: 1, description: 'Seconds after which trying again can help.' },
} as const;

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The body is not `{"sourceId": "…"}`; the message names the field.',
  401: 'The credential is missing, invalid or expired.',
  403: 'The credential is good, but not for this.',
  404: 'There is no such source.',
  408: 'The request did not arrive in time; nothing was done.',
  409: 'Another batch of this source is in progress; Retry-After says when to try again.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'The source cannot be used as it is configured.',
  429: 'Too much at once; Retry-After says when to try again.',
  431: 'The path and headers are larger than the limit that the message names.',
  500: 'The server failed; its log has the reason under the request id.',
  502: 'The source failed.',
  503: `The embedding API or the state database cannot be used now, or the batch took longer than ${BATCH_ANSWER_MS_MAX / 1_000} s.`,
};

/** The failures of the route, which have the fields of a page too. */
export const batchFailures = Object.fromEntries(
  Object.entries(MEANINGS).map(([status, description]) => [
    status,
    {
      description,
      content: { 'application/json': { schema: { $ref: 'BatchFailure#' } } },
      ...(['409', '429', '503'].includes(status) ? { headers: RETRY_AFTER } : {}),
    },
  ]),
);
